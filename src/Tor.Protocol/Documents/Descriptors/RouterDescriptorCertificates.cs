using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>The public keys and certificates that stand in a server descriptor.</summary>
internal sealed record RouterDescriptorCertificates
{
    public required RsaPublicKey IdentityKey { get; init; }

    public required Ed25519Certificate Signing { get; init; }

    public RsaPublicKey? TapOnionKey { get; init; }

    public ReadOnlyMemory<byte> TapCrossCertificate { get; init; }

    public required ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    public required int NtorSign { get; init; }

    public required Ed25519Certificate Ntor { get; init; }

    public IReadOnlyList<Ed25519Certificate> Families { get; init; } = [];

    public static RouterDescriptorCertificates Of(RouterDescriptor descriptor) => new()
    {
        IdentityKey = descriptor.IdentityKey,
        Signing = descriptor.SigningKeyCertificate,
        TapOnionKey = descriptor.TapOnionKey,
        TapCrossCertificate = descriptor.TapCrossCertificate,
        NtorOnionKey = descriptor.NtorOnionKey,
        NtorSign = descriptor.NtorCrossCertificateSign,
        Ntor = descriptor.NtorCrossCertificate,
        Families = descriptor.FamilyCertificates,
    };
}
