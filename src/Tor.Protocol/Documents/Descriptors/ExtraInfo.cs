using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>A relay's extra-info document: statistics that clients do not need (dir-spec, "Extra-info document format").</summary>
/// <remarks>The Ed25519 signature holds. The RSA signature can only be checked with the relay's descriptor: <see cref="Belongs"/>.</remarks>
public sealed record ExtraInfo
{
    /// <summary>Longest document that authorities accept, in bytes.</summary>
    public const int MaxLength = 50_000;

    internal ExtraInfo()
    {
    }

    /// <summary>The relay's nickname.</summary>
    public required string Nickname { get; init; }

    /// <summary>The relay's fingerprint as it claims.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTime Published { get; init; }

    /// <summary>Certificate of the signing key by the Ed25519 identity; the same as in the descriptor.</summary>
    public required Ed25519Certificate SigningKeyCertificate { get; init; }

    /// <summary>The lines between <c>published</c> and the signatures, each with its line feed; read by nobody here.</summary>
    public required ReadOnlyMemory<byte> Statistics { get; init; }

    /// <summary>The RSA signature, unchecked.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>SHA-1 of the signed part: the name that the descriptor gives.</summary>
    public required Digest160 Digest { get; init; }

    /// <summary>SHA-256 of the whole text.</summary>
    public required Digest256 Sha256 { get; init; }

    /// <summary>The exact text.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>Reads one document and checks its Ed25519 signature.</summary>
    /// <param name="text">The document; blank lines may follow.</param>
    /// <param name="extraInfo">The document.</param>
    /// <param name="fault">Why it is refused, in stock tor's words.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out ExtraInfo? extraInfo, [NotNullWhen(false)] out DocumentFault? fault) =>
        new ExtraInfoParser(text).TryParse(out extraInfo, out fault);

    /// <summary>Whether the document is the one that the descriptor names, by the same relay; checks the RSA signature too.</summary>
    /// <param name="descriptor">The relay's descriptor.</param>
    /// <param name="failure">Why not, in stock tor's words.</param>
    public bool Belongs(RouterDescriptor descriptor, [NotNullWhen(false)] out string? failure)
    {
        RelayDeclaration declared = descriptor.Declaration;
        bool sha1Matches = Digest == declared.ExtraInfoDigest;
        bool sha256Matches = declared.ExtraInfoSha256.IsZero || Sha256 == declared.ExtraInfoSha256;
        failure = Identity != descriptor.Identity ? "Extrainfo nickname or identity did not match routerinfo"
            : !SigningKeyCertificate.Encoded.Span.SequenceEqual(descriptor.SigningKeyCertificate.Encoded.Span)
                ? "Extrainfo signing key cert didn't match routerinfo"
            : !HasSignatureOf(descriptor.IdentityKey) ? "Extrainfo signature bad, or signed with wrong key"
            : Published != declared.Published ? "Extrainfo published time did not match routerdesc"
            : !sha256Matches && !sha1Matches ? "Neither digest256 or digest matched digest from routerdesc"
            : !sha256Matches ? "Extrainfo digest did not match digest256 from routerdesc"
            : !sha1Matches ? "Extrainfo digest did not match value from routerdesc"
            : null;
        return failure is null;
    }

    private bool HasSignatureOf(RsaPublicKey key) => key.VerifyDigest(Digest.ToArray(), Signature.Span);
}
