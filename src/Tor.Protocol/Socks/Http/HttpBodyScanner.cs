using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>Finds the end of a body that is passed on unchanged, so that the next message on the connection is found (RFC 9112, "Chunked Transfer Coding").</summary>
public sealed class HttpBodyScanner
{
    private const int MaxSizeDigits = 15;
    private const int MaxLineLength = 4096;
    private const int MaxTrailerLength = 16 * 1024;

    private long _left;
    private Stage _stage;
    private int _lineLength;
    private int _digits;
    private int _trailerLength;
    private bool _isInExtension;

    /// <summary>Starts at the first byte after the head.</summary>
    public HttpBodyScanner(HttpBodyFraming framing)
    {
        _left = framing.Length;
        _stage = framing.Kind switch
        {
            HttpBodyKind.None => Stage.Done,
            HttpBodyKind.Length => Stage.Plain,
            HttpBodyKind.Chunked => Stage.Size,
            _ => Stage.Endless,
        };
    }

    private enum Stage
    {
        Done,
        Plain,
        Endless,
        Size,
        SizeEnd,
        Chunk,
        ChunkEnd,
        ChunkEndFeed,
        TrailerStart,
        Trailer,
        TrailerEnd,
        LastFeed,
    }

    /// <summary>The body is over: further bytes belong to the next message. Never true for a body that ends with the connection.</summary>
    public bool IsComplete => _stage == Stage.Done;

    /// <summary>How many of the bytes belong to the body.</summary>
    /// <exception cref="MalformedMessageException">The chunked coding is broken. Nothing more can be told about the connection: close it.</exception>
    public int Advance(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (taken < bytes.Length && _stage != Stage.Done)
        {
            if (_stage == Stage.Endless)
            {
                return bytes.Length;
            }

            if (_stage is Stage.Plain or Stage.Chunk)
            {
                int count = (int)Math.Min(_left, bytes.Length - taken);
                taken += count;
                _left -= count;
                if (_left == 0)
                {
                    _stage = _stage == Stage.Plain ? Stage.Done : Stage.ChunkEnd;
                }
            }
            else
            {
                Take(bytes[taken++]);
            }
        }

        return taken;
    }

    private void Take(byte value)
    {
        switch (_stage)
        {
            case Stage.Size:
                TakeSize(value);
                break;
            case Stage.SizeEnd:
                Require(value, '\n');
                _stage = _left == 0 ? Stage.TrailerStart : Stage.Chunk;
                _digits = _lineLength = 0;
                _isInExtension = false;
                break;
            case Stage.ChunkEnd:
                Require(value, '\r');
                _stage = Stage.ChunkEndFeed;
                break;
            case Stage.ChunkEndFeed:
                Require(value, '\n');
                _stage = Stage.Size;
                break;
            case Stage.LastFeed:
                Require(value, '\n');
                _stage = Stage.Done;
                break;
            default:
                TakeTrailer(value);
                break;
        }
    }

    private void TakeSize(byte value)
    {
        if (++_lineLength > MaxLineLength)
        {
            throw new MalformedMessageException("chunk line too long");
        }

        if (value == '\r' && _digits > 0)
        {
            _stage = Stage.SizeEnd;
        }
        else if (_isInExtension)
        {
            if (value < ' ' && value != '\t')
            {
                throw new MalformedMessageException("control character in a chunk extension");
            }
        }
        else if (value is (byte)';' or (byte)' ' or (byte)'\t' && _digits > 0)
        {
            _isInExtension = true;
        }
        else if (char.IsAsciiHexDigit((char)value) && ++_digits <= MaxSizeDigits)
        {
            _left = (_left << 4) | (uint)Convert.ToInt32(((char)value).ToString(), 16);
        }
        else
        {
            throw new MalformedMessageException("malformed chunk size");
        }
    }

    private void TakeTrailer(byte value)
    {
        if (++_trailerLength > MaxTrailerLength)
        {
            throw new MalformedMessageException("trailer too long");
        }

        switch (_stage)
        {
            case Stage.TrailerEnd:
                Require(value, '\n');
                _stage = Stage.TrailerStart;
                break;
            case Stage.TrailerStart when value == '\r':
                _stage = Stage.LastFeed;
                break;
            case Stage.Trailer when value == '\r':
                _stage = Stage.TrailerEnd;
                break;
            case Stage.TrailerStart or Stage.Trailer when value >= ' ' || value == '\t':
                _stage = Stage.Trailer;
                break;
            default:
                throw new MalformedMessageException("control character in a trailer");
        }
    }

    private static void Require(byte value, char expected)
    {
        if (value != expected)
        {
            throw new MalformedMessageException("a chunk does not end with CR LF");
        }
    }
}
