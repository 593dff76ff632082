using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>AUTHENTICATE: an initiator's proof that it is the relay it says (tor-spec, "AUTHENTICATE cells").</summary>
/// <param name="Method">A value without a name is kept.</param>
/// <param name="Authentication">What the method defines, signature included; at most 65,535 bytes.</param>
public sealed record Authenticate(AuthenticationMethod Method, ReadOnlyMemory<byte> Authentication)
{
    private const int HeaderLength = 4;

    /// <summary>Reads the body; what follows the authentication is padding.</summary>
    /// <exception cref="MalformedMessageException">The authentication is cut off.</exception>
    public static Authenticate Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        var method = (AuthenticationMethod)reader.ReadUInt16();
        int length = reader.ReadUInt16();
        return new Authenticate(method, reader.ReadBytes(length).ToArray());
    }

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">The authentication is too long for its length field.</exception>
    public byte[] Encode()
    {
        if (Authentication.Length > ushort.MaxValue)
        {
            throw new ArgumentException($"authentication of {Authentication.Length} bytes");
        }

        var body = new byte[HeaderLength + Authentication.Length];
        var writer = new ByteWriter(body);
        writer.WriteUInt16((ushort)Method);
        writer.WriteUInt16((ushort)Authentication.Length);
        writer.WriteBytes(Authentication.Span);
        return body;
    }
}
