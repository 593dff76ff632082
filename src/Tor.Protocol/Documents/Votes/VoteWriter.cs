using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>Writes votes with the lines in stock tor's order (dirvote.c, format_networkstatus_vote).</summary>
public static class VoteWriter
{
    /// <summary>Writes and signs a vote.</summary>
    /// <param name="vote">What to say; its digest is not looked at.</param>
    /// <param name="signingKey">The key that the vote's certificate certifies.</param>
    public static byte[] Write(Vote vote, RsaPrivateKey signingKey)
    {
        var text = new DocumentWriter();
        text.Append(Encoding.UTF8.GetString(WriteUnsigned(vote)));
        byte[] signed = [.. text.ToBytes(), .. "directory-signature "u8];
        StatusLines.WriteSignature(text, new ConsensusSignature(
            ConsensusDigestAlgorithm.Sha1,
            vote.Certificate.Identity,
            new Digest160(signingKey.PublicKey.Identity.ToArray()),
            signingKey.SignDigest(SHA1.HashData(signed))));
        return text.ToBytes();
    }

    /// <summary>Everything before the signature.</summary>
    internal static byte[] WriteUnsigned(Vote vote)
    {
        var text = new DocumentWriter();
        WritePreamble(text, vote);
        foreach (VoteRouterStatus relay in vote.Relays)
        {
            WriteRelay(text, relay, vote.KnownFlags);
        }

        return text.Line("directory-footer").ToBytes();
    }

    private static void WritePreamble(DocumentWriter text, Vote vote)
    {
        text.Line("network-status-version 3");
        text.Line("vote-status vote");
        text.Line($"consensus-methods {string.Join(' ', vote.Methods)}");
        text.Line($"published {FieldText.FormatTime(vote.Published)}");
        StatusLines.WriteInterval(text, vote.ValidAfter, vote.FreshUntil, vote.ValidUntil, vote.VoteDelay, vote.DistributionDelay);
        text.OptionalLine("client-versions", vote.ClientVersions);
        text.OptionalLine("server-versions", vote.ServerVersions);
        text.OptionalLine("recommended-relay-protocols", vote.RecommendedRelayProtocols?.Text);
        text.OptionalLine("recommended-client-protocols", vote.RecommendedClientProtocols?.Text);
        text.OptionalLine("required-relay-protocols", vote.RequiredRelayProtocols?.Text);
        text.OptionalLine("required-client-protocols", vote.RequiredClientProtocols?.Text);
        text.Line($"known-flags {string.Join(' ', vote.KnownFlags)}");
        text.OptionalLine("flag-thresholds", vote.FlagThresholds);
        text.Line($"params {StatusLines.FormatPairs(vote.Parameters)}");
        text.OptionalLine("bandwidth-file-headers", vote.BandwidthFileHeaders);
        text.OptionalLine("bandwidth-file-digest", vote.BandwidthFileDigest);
        StatusLines.WriteDirSource(text, vote.Voter);
        WriteSharedRandom(text, vote);
        text.OptionalLine("legacy-dir-key", vote.LegacyIdentity?.ToString());
        text.Append(Encoding.UTF8.GetString(vote.Certificate.Text.Span));
    }

    private static void WriteSharedRandom(DocumentWriter text, Vote vote)
    {
        if (vote.ParticipatesInSharedRandom)
        {
            text.Line("shared-rand-participate");
        }

        foreach (SharedRandomCommit commit in vote.SharedRandomCommits)
        {
            string reveal = commit.Reveal is null ? "" : $" {commit.Reveal}";
            text.Line($"shared-rand-commit {commit.Version} {commit.Algorithm} {commit.Identity} {commit.Commitment}{reveal}");
        }

        StatusLines.WriteSharedRandom(text, "previous", vote.PreviousSharedRandom, vote.PreviousSharedRandomReveals);
        StatusLines.WriteSharedRandom(text, "current", vote.CurrentSharedRandom, vote.CurrentSharedRandomReveals);
    }

    private static void WriteRelay(DocumentWriter text, VoteRouterStatus relay, IReadOnlyList<string> knownFlags)
    {
        RouterStatus status = relay.Status;
        StatusLines.WriteRouter(text, status, withDescriptorDigest: true);
        text.Line(string.Join(' ', knownFlags.Where((_, index) => (relay.FlagMask & (1UL << index)) != 0).Prepend("s")));
        StatusLines.WriteVersions(text, status);
        if (status.Bandwidth is { } bandwidth)
        {
            string measured = relay.MeasuredBandwidth is { } value ? $" Measured={value}"
                : relay.MeasuredButAuthority is { } ignored ? $" MeasuredButAuthority={ignored}" : "";
            text.Line($"w Bandwidth={bandwidth}{measured}");
        }

        text.OptionalLine("p", status.ExitPolicy?.ToString());
        if (relay.HasEd25519Listing)
        {
            text.Line($"id ed25519 {(relay.Ed25519Identity.IsZero ? "none" : relay.Ed25519Identity.ToBase64())}");
        }

        if (relay.Statistics is { } statistics)
        {
            text.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"stats wfu={statistics.WeightedFractionalUptime:F6} tk={statistics.TimeKnownSeconds} mtbf={statistics.MeanTimeBetweenFailuresSeconds:F0}"));
        }

        foreach (VoteMicrodescriptor microdescriptor in relay.Microdescriptors)
        {
            text.Line($"m {string.Join(',', microdescriptor.Methods)} sha256={microdescriptor.Digest.ToBase64()}");
        }
    }
}
