using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>
/// INTRODUCE1, from a client to an introduction point; INTRODUCE2, to the service, has the same body (rend-spec-v3, "INTRODUCE1 cell format";
/// stock hs_intropoint.c, validate_introduce1_parsed_cell).
/// </summary>
/// <param name="AuthenticationKey">AUTH_KEY: which service is meant.</param>
/// <param name="Extensions">Read by the introduction point. None are known.</param>
/// <param name="Encrypted">For the service only: the client's key, ciphertext and MAC. Not empty.</param>
public sealed record Introduce1(Ed25519Identity AuthenticationKey, MessageExtensions Extensions, ReadOnlyMemory<byte> Encrypted)
{
    /// <summary>Most bytes of a body: what every kind of circuit has room for. An introduction point refuses longer ones.</summary>
    public const int MaxLength = 490;

    private const int LegacyKeyLength = 20;

    /// <summary>Bytes before <see cref="Encrypted"/>: the MAC in there covers them too.</summary>
    public int HeaderLength => LegacyKeyLength + AuthenticationKeyField.EncodedLength + Extensions.EncodedLength;

    /// <summary>Reads the body.</summary>
    /// <exception cref="MalformedMessageException">A field is cut off, the first 20 bytes are not zero (the old format), the key is not of Ed25519, or nothing is encrypted.</exception>
    public static Introduce1 Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        if (reader.ReadBytes(LegacyKeyLength).ContainsAnyExcept((byte)0))
        {
            throw new MalformedMessageException("INTRODUCE of the old format");
        }

        Ed25519Identity key = AuthenticationKeyField.Read(ref reader);
        MessageExtensions extensions = MessageExtensions.Read(ref reader);
        return reader.Remaining > 0
            ? new Introduce1(key, extensions, reader.ReadRest().ToArray())
            : throw new MalformedMessageException("INTRODUCE with nothing encrypted");
    }

    /// <summary>The part before <see cref="Encrypted"/> as a new array.</summary>
    public byte[] EncodeHeader()
    {
        var header = new byte[HeaderLength];
        var writer = new ByteWriter(header);
        writer.Take(LegacyKeyLength);
        AuthenticationKeyField.Write(ref writer, AuthenticationKey);
        Extensions.Write(ref writer);
        return header;
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode() => [.. EncodeHeader(), .. Encrypted.Span];
}
