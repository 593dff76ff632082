using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>The keys with which a relay makes its descriptor. The caller owns and wipes them.</summary>
public sealed record RelayDescriptorKeys
{
    /// <summary>RSA identity key, 1024 bits.</summary>
    public required RsaPrivateKey Identity { get; init; }

    /// <summary>TAP onion key, RSA of 1024 bits. Nobody uses it, but authorities refuse a descriptor without it.</summary>
    public required RsaPrivateKey TapOnion { get; init; }

    /// <summary>ntor onion key: private X25519 key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> NtorOnion { get; init; }

    /// <summary>The medium-term Ed25519 key that signs descriptors.</summary>
    public required Ed25519PrivateKey Signing { get; init; }

    /// <summary>Certificate of <see cref="Signing"/> by the Ed25519 identity, which it must carry.</summary>
    public required Ed25519Certificate SigningCertificate { get; init; }

    /// <summary>Keys of the families that the relay belongs to.</summary>
    public IReadOnlyList<Ed25519PrivateKey> Families { get; init; } = [];

    /// <summary>How long the ntor key stays in use; stock tor: 28 days, by the parameter onion-key-rotation-days.</summary>
    public TimeSpan OnionKeyLifetime { get; init; } = TimeSpan.FromDays(28);
}
