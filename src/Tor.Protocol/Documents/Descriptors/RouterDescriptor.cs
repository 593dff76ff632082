using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>A relay's server descriptor whose signatures and cross-certificates all hold (dir-spec, "Server descriptor format").</summary>
/// <remarks>Made by <see cref="TryParse"/> only. Certificates may have expired: see <see cref="CertificatesExpire"/>.</remarks>
public sealed record RouterDescriptor
{
    /// <summary>Longest descriptor that authorities accept, in bytes.</summary>
    public const int MaxLength = 20_000;

    internal RouterDescriptor()
    {
    }

    /// <summary>What the relay says of itself.</summary>
    public required RelayDeclaration Declaration { get; init; }

    /// <summary>RSA identity key, 1024 bits.</summary>
    public required RsaPublicKey IdentityKey { get; init; }

    /// <summary>SHA-1 of <see cref="IdentityKey"/>: the fingerprint.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>The Ed25519 identity ("master key").</summary>
    public required Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>Certificate of the Ed25519 signing key by the identity.</summary>
    public required Ed25519Certificate SigningKeyCertificate { get; init; }

    /// <summary>The TAP onion key, RSA of 1024 bits. Optional to read, but authorities still refuse descriptors without one.</summary>
    public RsaPublicKey? TapOnionKey { get; init; }

    /// <summary>The TAP key's signature of both identities; empty without a TAP key.</summary>
    public ReadOnlyMemory<byte> TapCrossCertificate { get; init; }

    /// <summary>The ntor key, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> NtorOnionKey { get; init; }

    /// <summary>Certificate of the identity by the ntor key.</summary>
    public required Ed25519Certificate NtorCrossCertificate { get; init; }

    /// <summary>Sign bit of the ntor key as an Ed25519 key, 0 or 1.</summary>
    public required int NtorCrossCertificateSign { get; init; }

    /// <summary>Certificates of the identity by family keys, in the order given.</summary>
    public IReadOnlyList<Ed25519Certificate> FamilyCertificates { get; init; } = [];

    /// <summary>"ed25519:KEY" of each family, ascending, each once.</summary>
    public IReadOnlyList<string> FamilyIds { get; init; } = [];

    /// <summary>When the first certificate of signing key or ntor key expires, UTC. A descriptor past it is of no use.</summary>
    public required DateTime CertificatesExpire { get; init; }

    /// <summary>SHA-1 of the signed part: the name under which the unflavoured consensus lists it.</summary>
    public required Digest160 Digest { get; init; }

    /// <summary>SHA-256 of the signed part.</summary>
    public required Digest256 Sha256Digest { get; init; }

    /// <summary>The exact text from "router" through the line feed after the last signature. A copy of its own.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Reads one descriptor and checks everything in it that stock tor 0.4.9 checks before it believes a word.</summary>
    /// <param name="text">The descriptor; blank lines may follow.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="fault">Why it is refused, in stock tor's words.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out RouterDescriptor? descriptor, [NotNullWhen(false)] out DocumentFault? fault) =>
        new RouterDescriptorParser(text).TryParse(out descriptor, out fault);
}
