using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tunic.Tor.Protocol.Control;

/// <summary>Cuts what a controller sends into commands (control-spec, "Commands"; stock's connection_control_process_inbuf).</summary>
/// <remarks>Not thread safe. Its memory is bounded by <see cref="MaxLength"/>.</remarks>
public sealed class ControlCommandReader
{
    /// <summary>Most bytes of a command, its lines of data included: stock's MAX_COMMAND_LINE_LENGTH.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>Highest command of the binary protocol.</summary>
    private const int LastBinaryCommand = 0x14;

    private const string WhiteSpace = " \t\r\n\v\f";
    private static readonly SearchValues<char> WhiteSpaceValues = SearchValues.Create(WhiteSpace);
    private static readonly string[] HttpMethods = ["CONNECT ", "DELETE ", "GET ", "POST ", "PUT "];

    private byte[] _buffer = new byte[512];
    private int _length;
    private int _scanned;

    /// <summary>Bytes held that belong to no command yet.</summary>
    public int Length => _length;

    /// <summary>Takes bytes over. Call <see cref="TryRead"/> until it says <see cref="ControlInput.Incomplete"/> before the next call.</summary>
    /// <param name="received">At most as many as wanted; the whole may pass the limit by one call's worth.</param>
    public void Add(ReadOnlySpan<byte> received)
    {
        if (_buffer.Length - _length < received.Length)
        {
            byte[] larger = new byte[Math.Max(_buffer.Length * 2, _length + received.Length)];
            _buffer.AsSpan(0, _length).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_buffer); // it may hold a password
            _buffer = larger;
        }

        received.CopyTo(_buffer.AsSpan(_length));
        _length += received.Length;
    }

    /// <summary>Takes out the next command.</summary>
    /// <param name="isAuthenticated">Before, requests of other protocols are told apart.</param>
    /// <param name="command">The command.</param>
    public ControlInput TryRead(bool isAuthenticated, out ControlCommand? command)
    {
        command = null;
        if (!isAuthenticated && FindForeign() is { } foreign)
        {
            return foreign;
        }

        if (!TryFindEnd(out int end, out int next))
        {
            return _length > MaxLength ? ControlInput.TooLong : ControlInput.Incomplete;
        }

        if (next > MaxLength)
        {
            return ControlInput.TooLong;
        }

        command = Split(ControlText.FromBytes(_buffer.AsSpan(0, end)));
        Span<byte> rest = _buffer.AsSpan(next, _length - next);
        rest.CopyTo(_buffer);
        _buffer.AsSpan(rest.Length, next).Clear();
        _length = rest.Length;
        _scanned = 0;
        return ControlInput.Command;
    }

    /// <summary>Finds the end of the command, and the begin of the next one. Looks at each byte once.</summary>
    private bool TryFindEnd(out int end, out int next)
    {
        while (_buffer.AsSpan(_scanned, _length - _scanned).IndexOf((byte)'\n') is var feed and >= 0)
        {
            (int start, next) = (_scanned, _scanned + feed + 1);
            _scanned = next;
            if (_buffer[0] != '+')
            {
                end = next;
                return true;
            }

            ReadOnlySpan<byte> line = _buffer.AsSpan(start, next - start);
            if (start > 0 && (line.SequenceEqual(".\r\n"u8) || line.SequenceEqual(".\n"u8)))
            {
                end = start;
                return true;
            }
        }

        (end, next) = (0, 0);
        return false;
    }

    private ControlInput? FindForeign()
    {
        ReadOnlySpan<byte> head = _buffer.AsSpan(0, _length);
        if (head.Length >= 4 && BinaryPrimitives.ReadUInt16BigEndian(head[2..]) <= LastBinaryCommand)
        {
            return ControlInput.Binary;
        }

        foreach (string method in HttpMethods)
        {
            if (head.Length >= method.Length && ControlText.FromBytes(head[..method.Length]) == method)
            {
                return ControlInput.Http;
            }
        }

        return null;
    }

    /// <summary>Behind a plus sign only blanks part name and arguments: the next line is data.</summary>
    private static ControlCommand Split(string text)
    {
        int length = text.AsSpan().IndexOfAny(WhiteSpaceValues);
        string name = length < 0 ? text : text[..length];
        ReadOnlySpan<char> rest = text.AsSpan(name.Length);
        return new ControlCommand(name, (text.StartsWith('+') ? rest.TrimStart(" \t") : rest.TrimStart(WhiteSpace)).ToString());
    }
}
