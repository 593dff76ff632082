using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>
/// What a client tells a service through an introduction point, decrypted (rend-spec-v3, "Introduction handshake encryption requirements"; stock
/// introduce1_set_encrypted, parse_introduce2_encrypted).
/// </summary>
/// <param name="Cookie">Names the client's circuit at the rendezvous point.</param>
/// <param name="Extensions">See <see cref="MessageExtension.CongestionControlRequest"/> and <see cref="IntroductionProof"/>.</param>
/// <param name="OnionKey">The rendezvous point's ntor key, <see cref="X25519.KeyLength"/> bytes.</param>
/// <param name="RendezvousPoint">Where the rendezvous point is and who it is; not checked, may even be empty.</param>
public sealed record IntroducePlaintext(
    RendezvousCookie Cookie, MessageExtensions Extensions, ReadOnlyMemory<byte> OnionKey, LinkSpecifiers RendezvousPoint)
{
    private const byte NtorType = 1;

    // Stock pads header and plaintext together to this, without the client's key and the MAC (HS_CELL_INTRODUCE1_MIN_SIZE).
    private const int MinPaddedLength = 246;

    /// <summary>Reads the plaintext; what follows the link specifiers is padding.</summary>
    /// <exception cref="MalformedMessageException">A field is cut off, the onion key is not for ntor, or a known link specifier has the wrong length.</exception>
    public static IntroducePlaintext Decode(ReadOnlySpan<byte> plaintext)
    {
        var reader = new ByteReader(plaintext);
        var cookie = new RendezvousCookie(reader.ReadBytes(RendezvousCookie.Length));
        MessageExtensions extensions = MessageExtensions.Read(ref reader);
        byte type = reader.ReadByte();
        int length = reader.ReadUInt16();
        if (type != NtorType || length != X25519.KeyLength)
        {
            throw new MalformedMessageException($"an onion key of type {type} with {length} bytes");
        }

        byte[] onionKey = reader.ReadBytes(length).ToArray();
        return new IntroducePlaintext(cookie, extensions, onionKey, LinkSpecifiers.Read(ref reader));
    }

    /// <summary>The plaintext as a new array, padded so that introductions look alike.</summary>
    /// <param name="headerLength"><see cref="Introduce1.HeaderLength"/> of the message around it.</param>
    /// <exception cref="ArgumentException">The onion key has another length.</exception>
    public byte[] Encode(int headerLength)
    {
        if (OnionKey.Length != X25519.KeyLength)
        {
            throw new ArgumentException($"an onion key has {X25519.KeyLength} bytes, not {OnionKey.Length}");
        }

        int length = RendezvousCookie.Length + Extensions.EncodedLength + 3 + OnionKey.Length + RendezvousPoint.EncodedLength;
        var plaintext = new byte[Math.Max(length, MinPaddedLength - headerLength)];
        var writer = new ByteWriter(plaintext);
        Cookie.CopyTo(writer.Take(RendezvousCookie.Length));
        Extensions.Write(ref writer);
        writer.WriteByte(NtorType);
        writer.WriteUInt16((ushort)OnionKey.Length);
        writer.WriteBytes(OnionKey.Span);
        RendezvousPoint.Write(ref writer);
        return plaintext;
    }
}
