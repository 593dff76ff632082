using System.Diagnostics.CodeAnalysis;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Voting.Signatures;

/// <summary>Signatures of a consensus without the consensus: what authorities send each other after the count (dir-spec, "Exchanging detached signatures").</summary>
public sealed record DetachedSignatures
{
    /// <summary>Longest document that is read, in bytes.</summary>
    public const int MaxLength = 512 * 1024;

    /// <summary>Valid-after of the consensus, UTC.</summary>
    public required DateTime ValidAfter { get; init; }

    /// <summary>Fresh-until of the consensus, UTC.</summary>
    public required DateTime FreshUntil { get; init; }

    /// <summary>Valid-until of the consensus, UTC.</summary>
    public required DateTime ValidUntil { get; init; }

    /// <summary>Which documents are signed.</summary>
    public required IReadOnlyList<DetachedDigest> Digests { get; init; }

    /// <summary>The signatures, unverified. The unflavoured ones come last in the text.</summary>
    public required IReadOnlyList<DetachedSignature> Signatures { get; init; }

    /// <summary>The word for a flavour.</summary>
    public static string NameOf(ConsensusFlavor flavor) => flavor == ConsensusFlavor.Microdescriptor ? "microdesc" : "ns";

    /// <summary>Reads a document.</summary>
    /// <param name="text">The whole document. Nothing of it is kept.</param>
    /// <param name="signatures">What it says.</param>
    /// <param name="fault">Why it is refused.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text, [NotNullWhen(true)] out DetachedSignatures? signatures, [NotNullWhen(false)] out DocumentFault? fault) =>
        new DetachedSignaturesParser(text).TryParse(out signatures, out fault);

    /// <summary>The text.</summary>
    public byte[] Write()
    {
        var text = new DocumentWriter();
        foreach (DetachedDigest digest in Digests.Where(digest => digest.Flavor == "ns"))
        {
            text.Line($"consensus-digest {Convert.ToHexString(digest.Digest.Span)}");
        }

        text.Line($"valid-after {FieldText.FormatTime(ValidAfter)}");
        text.Line($"fresh-until {FieldText.FormatTime(FreshUntil)}");
        text.Line($"valid-until {FieldText.FormatTime(ValidUntil)}");
        foreach (DetachedDigest digest in Digests.Where(digest => digest.Flavor != "ns"))
        {
            text.Line($"additional-digest {digest.Flavor} {NameOf(digest.Algorithm)} {Convert.ToHexString(digest.Digest.Span)}");
        }

        foreach (DetachedSignature entry in Signatures.OrderBy(entry => entry.Flavor == "ns"))
        {
            string keyword = entry.Flavor == "ns" ? "directory-signature" : $"additional-signature {entry.Flavor} {NameOf(entry.Signature.Algorithm)}";
            text.Line($"{keyword} {entry.Signature.Identity} {entry.Signature.SigningKeyDigest}");
            text.Object("SIGNATURE", entry.Signature.Signature.Span);
        }

        return text.ToBytes();
    }

    private static string NameOf(ConsensusDigestAlgorithm algorithm) => algorithm == ConsensusDigestAlgorithm.Sha256 ? "sha256" : "sha1";
}
