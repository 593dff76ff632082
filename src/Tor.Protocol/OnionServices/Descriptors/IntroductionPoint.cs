using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>A relay that hands on introductions to a service, and the keys to use there (rend-spec-v3, "Second layer plaintext format").</summary>
public sealed record IntroductionPoint
{
    /// <summary>Where the relay is. From a stranger: any addresses, and perhaps not all that is needed to extend to it.</summary>
    public required LinkSpecifiers LinkSpecifiers { get; init; }

    /// <summary>The relay's ntor key, 32 bytes, not all zeros.</summary>
    public required ReadOnlyMemory<byte> OnionKey { get; init; }

    /// <summary>By which the relay knows the service's circuit.</summary>
    public required Ed25519Identity AuthenticationKey { get; init; }

    /// <summary>The service's X25519 key for introductions here, 32 bytes, not all zeros.</summary>
    public required ReadOnlyMemory<byte> EncryptionKey { get; init; }

    /// <summary>The RSA key by which very old relays know the service's circuit; null without one. Never written.</summary>
    public RsaPublicKey? LegacyKey { get; init; }
}
