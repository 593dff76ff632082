using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Lines that consensuses and votes write alike.</summary>
internal static class StatusLines
{
    /// <summary>"name=value" pairs, ascending as whole words: readers refuse any other order.</summary>
    public static string FormatPairs(IReadOnlyDictionary<string, int> pairs) =>
        string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));

    public static void WriteInterval(DocumentWriter text, DateTime validAfter, DateTime freshUntil, DateTime validUntil, TimeSpan vote, TimeSpan distribution)
    {
        text.Line($"valid-after {FieldText.FormatTime(validAfter)}");
        text.Line($"fresh-until {FieldText.FormatTime(freshUntil)}");
        text.Line($"valid-until {FieldText.FormatTime(validUntil)}");
        text.Line($"voting-delay {(int)vote.TotalSeconds} {(int)distribution.TotalSeconds}");
    }

    public static void WriteSharedRandom(DocumentWriter text, string which, Primitives.Keys.Digest256? value, long reveals)
    {
        if (value is { } known)
        {
            text.Line($"shared-rand-{which}-value {reveals} {Convert.ToBase64String(known.ToArray())}");
        }
    }

    public static void WriteDirSource(DocumentWriter text, ConsensusVoter voter)
    {
        text.Line($"dir-source {voter.Nickname} {voter.Identity} {voter.HostName} {voter.Address} {voter.DirectoryPort} {voter.OnionRouterPort}");
        text.OptionalLine("contact", voter.Contact);
    }

    /// <summary>The lines "r" and "a" of an entry.</summary>
    public static void WriteRouter(DocumentWriter text, RouterStatus router, bool withDescriptorDigest)
    {
        string digest = withDescriptorDigest ? $"{router.DescriptorDigest.ToBase64()} " : "";
        text.Line($"r {router.Nickname} {router.Identity.ToBase64()} {digest}{FieldText.FormatTime(router.Published)}"
            + $" {router.Address.Address} {router.Address.Port} {router.DirectoryPort}");
        foreach (System.Net.IPEndPoint address in router.AdditionalAddresses)
        {
            text.Line($"a {address}");
        }
    }

    public static void WriteVersions(DocumentWriter text, RouterStatus router)
    {
        text.OptionalLine("v", router.Version.Length == 0 ? null : router.Version);
        text.Line($"pr {router.Protocols.Text}");
    }

    public static void WriteSignature(DocumentWriter text, ConsensusSignature signature)
    {
        string algorithm = signature.Algorithm == ConsensusDigestAlgorithm.Sha1 ? "" : "sha256 ";
        text.Line($"directory-signature {algorithm}{signature.Identity} {signature.SigningKeyDigest}");
        text.Object("SIGNATURE", signature.Signature.Span);
    }
}
