using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Voting.Signatures;

/// <summary>Reads a detached signatures document (dsigs_parse.c gives the rules).</summary>
internal sealed class DetachedSignaturesParser(ReadOnlyMemory<byte> text)
{
    private const int MinSignatureLength = 128;
    private const int MaxSignatureLength = 512;

    private static readonly ItemRule ConsensusDigest = ItemRule.Once("consensus-digest").WithArguments(1).First();
    private static readonly ItemRule AdditionalDigest = ItemRule.AnyNumber("additional-digest").WithArguments(3);
    private static readonly ItemRule ValidAfter = ItemRule.Once("valid-after").WithWholeLine();
    private static readonly ItemRule FreshUntil = ItemRule.Once("fresh-until").WithWholeLine();
    private static readonly ItemRule ValidUntil = ItemRule.Once("valid-until").WithWholeLine();
    private static readonly ItemRule AdditionalSignature =
        ItemRule.AnyNumber("additional-signature").WithArguments(4).WithObject(ObjectRule.Required);

    private static readonly ItemRule DirectorySignature =
        ItemRule.AtLeastOnce("directory-signature").WithArguments(2).WithObject(ObjectRule.Required);

    private static readonly DocumentFormat Format = new(
        ConsensusDigest, AdditionalDigest, ValidAfter, FreshUntil, ValidUntil, AdditionalSignature, DirectorySignature);

    private readonly DocumentLexer _lexer = new(Format);
    private readonly List<DetachedDigest> _digests = [];
    private readonly List<DetachedSignature> _signatures = [];

    public bool TryParse([NotNullWhen(true)] out DetachedSignatures? signatures, [NotNullWhen(false)] out DocumentFault? fault)
    {
        signatures = null;
        string? failure = text.Length > DetachedSignatures.MaxLength ? "Detached signatures are far too big" : null;
        if (failure is null && _lexer.TryRead(text, 0, text.Length, out failure))
        {
            failure = ReadItems();
        }

        if (failure is null && TryReadTime(ValidAfter, out DateTime validAfter) && TryReadTime(FreshUntil, out DateTime freshUntil)
            && TryReadTime(ValidUntil, out DateTime validUntil))
        {
            signatures = new DetachedSignatures
            {
                ValidAfter = validAfter,
                FreshUntil = freshUntil,
                ValidUntil = validUntil,
                Digests = _digests,
                Signatures = _signatures,
            };
        }

        fault = signatures is not null ? null
            : new DocumentFault(DocumentFaultKind.Malformed, failure ?? "Bad time in detached networkstatus signatures");
        return signatures is not null;
    }

    private string? ReadItems()
    {
        foreach (DocumentItem item in _lexer.Items)
        {
            string? failure = ReferenceEquals(item.Rule, ConsensusDigest) ? ReadDigest("ns", "sha1", item.Argument(0))
                : ReferenceEquals(item.Rule, AdditionalDigest) ? ReadDigest(item.ArgumentAsText(0), item.ArgumentAsText(1), item.Argument(2))
                : ReferenceEquals(item.Rule, DirectorySignature) ? ReadSignature("ns", "sha1", item, 0)
                : ReferenceEquals(item.Rule, AdditionalSignature) ? ReadSignature(item.ArgumentAsText(0), item.ArgumentAsText(1), item, 2)
                : null;
            if (failure is not null)
            {
                return failure;
            }
        }

        return null;
    }

    private string? ReadDigest(string flavor, string algorithmName, ReadOnlySpan<byte> hex)
    {
        if (ParseAlgorithm(algorithmName) is not { } algorithm)
        {
            return null; // an algorithm of the future does not spoil the others
        }

        var digest = new byte[algorithm == ConsensusDigestAlgorithm.Sha256 ? Digest256.Length : Digest160.Length];
        if (!FieldText.TryParseHex(hex, digest))
        {
            return "Bad encoding on consensus-digest in detached networkstatus signatures";
        }

        if (!_digests.Any(other => other.Flavor == flavor && other.Algorithm == algorithm))
        {
            _digests.Add(new DetachedDigest(flavor, algorithm, digest));
        }

        return null;
    }

    private string? ReadSignature(string flavor, string algorithmName, DocumentItem item, int first)
    {
        if (ParseAlgorithm(algorithmName) is not { } algorithm)
        {
            return null;
        }

        byte[] signature = item.DecodeObject();
        if (!item.HasLabel("SIGNATURE"u8) || signature.Length is < MinSignatureLength or > MaxSignatureLength)
        {
            return "Bad object type or length on directory-signature";
        }

        Span<byte> signingKey = stackalloc byte[Digest160.Length];
        if (!FieldText.TryParseFingerprint(item.Argument(first), out RsaIdentity identity)
            || !FieldText.TryParseHex(item.Argument(first + 1), signingKey))
        {
            return "Error decoding declared identity in network-status vote.";
        }

        var parsed = new ConsensusSignature(algorithm, identity, new Digest160(signingKey), signature);
        if (!_signatures.Any(other => other.Flavor == flavor && other.Signature.Algorithm == algorithm
            && other.Signature.Identity == identity && other.Signature.SigningKeyDigest == parsed.SigningKeyDigest))
        {
            _signatures.Add(new DetachedSignature(flavor, parsed));
        }

        return null;
    }

    private bool TryReadTime(ItemRule rule, out DateTime time) => FieldText.TryParseTime(_lexer.Find(rule).RestOfLine, out time);

    private static ConsensusDigestAlgorithm? ParseAlgorithm(string name) => name switch
    {
        "sha1" => ConsensusDigestAlgorithm.Sha1,
        "sha256" => ConsensusDigestAlgorithm.Sha256,
        _ => null,
    };
}
