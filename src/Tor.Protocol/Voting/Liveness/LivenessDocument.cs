using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>What one authority says of who is down (docs/spec/liveness.md, "Liveness document").</summary>
public sealed record LivenessDocument
{
    /// <summary>How long a document is good.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(30);

    /// <summary>How often one is made when nothing changes.</summary>
    public static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    /// <summary>Most relays that a document lists.</summary>
    public const int MaxRelays = 4096;

    /// <summary>Longest document in bytes.</summary>
    public const int MaxLength = FixedLength + (MaxRelays * RsaIdentity.Length) + MaxCertificateLength + Ed25519.SignatureLength;

    private const byte Version = 1;
    private const int MaxLifetime = 300;
    private const int MaxCertificateLength = 512;
    private const int FixedLength = 1 + Digest256.Length + Ed25519Identity.Length + 8 + 8 + 2 + 2 + 2;

    private static ReadOnlySpan<byte> Prefix => "Tunic liveness 1"u8;

    /// <summary>The network that it is for.</summary>
    public required Digest256 NetworkId { get; init; }

    /// <summary>Ed25519 identity of the authority's relay.</summary>
    public required Ed25519Identity Authority { get; init; }

    /// <summary>Larger than that of every document of this authority before.</summary>
    public required ulong Serial { get; init; }

    /// <summary>When it was made, UTC, whole milliseconds.</summary>
    public required DateTime Time { get; init; }

    /// <summary>How long it is good, 1 to 300 s, whole seconds.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Relays that are down, ascending, no duplicate.</summary>
    public required IReadOnlyList<RsaIdentity> Down { get; init; }

    /// <summary>Certificate of the signing key by <see cref="Authority"/>.</summary>
    public required Ed25519Certificate Certificate { get; init; }

    /// <summary>The exact bytes of a decoded or signed document.</summary>
    public ReadOnlyMemory<byte> Encoded { get; private init; }

    /// <summary>Reads one document; who signed it is not checked.</summary>
    /// <exception cref="MalformedMessageException">Bytes are missing or left over, a number is out of range, or the relays are not ascending.</exception>
    public static LivenessDocument Decode(ReadOnlySpan<byte> message)
    {
        if (message.Length > MaxLength)
        {
            throw new MalformedMessageException($"liveness document of {message.Length} bytes");
        }

        var reader = new ByteReader(message);
        byte version = reader.ReadByte();
        if (version != Version)
        {
            throw new MalformedMessageException($"liveness document version {version}");
        }

        var network = new Digest256(reader.ReadBytes(Digest256.Length));
        var authority = new Ed25519Identity(reader.ReadBytes(Ed25519Identity.Length));
        ulong serial = reader.ReadUInt64();
        DateTime time = LivenessTime.Decode(reader.ReadUInt64());
        int lifetime = reader.ReadUInt16();
        if (lifetime is < 1 or > MaxLifetime)
        {
            throw new MalformedMessageException($"lifetime of {lifetime} s");
        }

        RsaIdentity[] down = ReadRelays(ref reader);
        int certificateLength = reader.ReadUInt16();
        if (certificateLength > MaxCertificateLength)
        {
            throw new MalformedMessageException($"certificate of {certificateLength} bytes");
        }

        Ed25519Certificate certificate = Ed25519Certificate.Parse(reader.ReadBytes(certificateLength));
        reader.ReadBytes(Ed25519.SignatureLength);
        reader.RequireEnd();
        return new LivenessDocument
        {
            NetworkId = network,
            Authority = authority,
            Serial = serial,
            Time = time,
            Lifetime = TimeSpan.FromSeconds(lifetime),
            Down = down,
            Certificate = certificate,
            Encoded = message.ToArray(),
        };
    }

    /// <summary>Writes and signs it; the result has its bytes in <see cref="Encoded"/>.</summary>
    /// <exception cref="ArgumentException">The certificate is not for this key, or a number is out of range.</exception>
    public LivenessDocument Sign(Ed25519PrivateKey signingKey)
    {
        if (Certificate.CertifiedKey != signingKey.PublicKey || Certificate.SigningKey != Authority || Down.Count > MaxRelays
            || Lifetime < TimeSpan.FromSeconds(1) || Lifetime > TimeSpan.FromSeconds(MaxLifetime))
        {
            throw new ArgumentException("the certificate is not for this key, or a number is out of range", nameof(signingKey));
        }

        var message = new byte[FixedLength + (Down.Count * RsaIdentity.Length) + Certificate.Encoded.Length + Ed25519.SignatureLength];
        var writer = new ByteWriter(message);
        writer.WriteByte(Version);
        NetworkId.CopyTo(writer.Take(Digest256.Length));
        Authority.CopyTo(writer.Take(Ed25519Identity.Length));
        writer.WriteUInt64(Serial);
        writer.WriteUInt64(LivenessTime.Encode(Time));
        writer.WriteUInt16((ushort)Lifetime.TotalSeconds);
        writer.WriteUInt16((ushort)Down.Count);
        foreach (RsaIdentity relay in Down.Order())
        {
            relay.CopyTo(writer.Take(RsaIdentity.Length));
        }

        writer.WriteUInt16((ushort)Certificate.Encoded.Length);
        writer.WriteBytes(Certificate.Encoded.Span);
        signingKey.Sign([.. Prefix, .. message.AsSpan(0, writer.Length)], message.AsSpan(writer.Length));
        return this with { Encoded = message };
    }

    /// <summary>Whether the authority that it names signed it, by a key that its certificate covers now.</summary>
    public bool HasGoodSignature(DateTime now)
    {
        if (Certificate.Type != Ed25519CertificateType.IdentitySigning || Certificate.SigningKey != Authority || Encoded.IsEmpty
            || !Certificate.TryVerify(Authority, now))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = Encoded.Span;
        return Ed25519.Verify(
            Certificate.CertifiedKey.ToArray(), [.. Prefix, .. bytes[..^Ed25519.SignatureLength]], bytes[^Ed25519.SignatureLength..]);
    }

    private static RsaIdentity[] ReadRelays(ref ByteReader reader)
    {
        int count = reader.ReadUInt16();
        if (count > MaxRelays || count * RsaIdentity.Length > reader.Remaining)
        {
            throw new MalformedMessageException($"{count} relays");
        }

        var relays = new RsaIdentity[count];
        for (int index = 0; index < count; index++)
        {
            relays[index] = new RsaIdentity(reader.ReadBytes(RsaIdentity.Length));
            if (index > 0 && relays[index - 1] >= relays[index])
            {
                throw new MalformedMessageException("relays are not ascending");
            }
        }

        return relays;
    }
}
