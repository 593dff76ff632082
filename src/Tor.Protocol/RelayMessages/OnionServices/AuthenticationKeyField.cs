using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>AUTH_KEY_TYPE, AUTH_KEY_LEN and AUTH_KEY, which name the service at its introduction point (rend-spec-v3, "Introduction protocol").</summary>
internal static class AuthenticationKeyField
{
    internal const int EncodedLength = 3 + Ed25519Identity.Length;

    private const byte Ed25519Type = 2;

    /// <exception cref="MalformedMessageException">It is cut off, or no Ed25519 key.</exception>
    internal static Ed25519Identity Read(ref ByteReader reader)
    {
        byte type = reader.ReadByte();
        int length = reader.ReadUInt16();
        return type == Ed25519Type && length == Ed25519Identity.Length
            ? new Ed25519Identity(reader.ReadBytes(length))
            : throw new MalformedMessageException($"an authentication key of type {type} with {length} bytes");
    }

    internal static void Write(ref ByteWriter writer, Ed25519Identity key)
    {
        writer.WriteByte(Ed25519Type);
        writer.WriteUInt16(Ed25519Identity.Length);
        key.CopyTo(writer.Take(Ed25519Identity.Length));
    }
}
