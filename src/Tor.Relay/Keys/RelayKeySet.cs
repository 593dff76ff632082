using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Handshakes;

namespace Tunic.Tor.Relay.Keys;

/// <summary>All keys that a relay uses at one moment. Immutable: take it once per task, and take the next one for the next task.</summary>
/// <remarks>The keys belong to <see cref="RelayKeys"/>, which wipes replaced ones only at the rotation after the one that replaced them.</remarks>
public sealed record RelayKeySet
{
    /// <summary>For connections opened or accepted from now on.</summary>
    public required RelayLinkKeys Link { get; init; }

    /// <summary>For ntor and ntor-v3: the current key and the one before it.</summary>
    public required NtorKeyRing NtorKeys { get; init; }

    /// <summary>For the server descriptor.</summary>
    public required RelayDescriptorKeys Descriptor { get; init; }

    /// <summary>RSA identity key.</summary>
    public RsaPrivateKey RsaIdentityKey => Descriptor.Identity;

    /// <summary>Ed25519 signing key.</summary>
    public Ed25519PrivateKey SigningKey => Descriptor.Signing;
}
