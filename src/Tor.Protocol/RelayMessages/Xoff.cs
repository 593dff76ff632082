using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>XOFF: stop sending on this stream (proposal 324, "Flow control"). Its body is a version and nothing else.</summary>
public static class Xoff
{
    private const byte Version = 0;

    /// <summary>Checks the body; what follows the version is ignored.</summary>
    /// <exception cref="MalformedMessageException">Empty, or an unknown version.</exception>
    public static void Decode(ReadOnlySpan<byte> body)
    {
        byte version = new ByteReader(body).ReadByte();
        if (version != Version)
        {
            throw new MalformedMessageException($"XOFF version {version}");
        }
    }

    /// <summary>The body as a new array.</summary>
    public static byte[] Encode() => [Version];
}
