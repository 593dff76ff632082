using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Writes a consensus that has been computed, and signs it. Authorities must come to the same bytes.</summary>
public static class ConsensusWriter
{
    /// <summary>Everything before the signatures, lines in stock tor's order.</summary>
    /// <remarks>Flags outside of <see cref="RelayFlags"/> and lines that the model does not have cannot be written.</remarks>
    public static byte[] WriteUnsigned(Consensus consensus)
    {
        bool isMicrodescriptor = consensus.Flavor == ConsensusFlavor.Microdescriptor;
        var text = new DocumentWriter();
        WritePreamble(text, consensus);
        foreach (RouterStatus router in consensus.Relays)
        {
            StatusLines.WriteRouter(text, router, withDescriptorDigest: !isMicrodescriptor);
            if (isMicrodescriptor && !router.MicrodescriptorDigest.IsZero)
            {
                text.Line($"m {router.MicrodescriptorDigest.ToBase64()}");
            }

            text.Line($"s{RelayFlagNames.Format(router.Flags)}");
            StatusLines.WriteVersions(text, router);
            if (router.Bandwidth is { } bandwidth)
            {
                text.Line($"w Bandwidth={bandwidth}{(router.Unmeasured ? " Unmeasured=1" : "")}");
            }

            text.OptionalLine("p", isMicrodescriptor ? null : router.ExitPolicy?.ToString());
        }

        text.Line("directory-footer");
        text.OptionalLine("bandwidth-weights", consensus.BandwidthWeights.Count == 0 ? null : StatusLines.FormatPairs(consensus.BandwidthWeights));
        return text.ToBytes();
    }

    /// <summary>Signs an unsigned consensus: SHA-1 in the unflavoured one, SHA-256 in the other.</summary>
    /// <param name="unsigned">Result of <see cref="WriteUnsigned"/>.</param>
    /// <param name="flavor">Its flavour.</param>
    /// <param name="identity">The authority's v3 identity.</param>
    /// <param name="signingKey">The key that its certificate certifies.</param>
    public static ConsensusSignature Sign(ReadOnlySpan<byte> unsigned, ConsensusFlavor flavor, RsaIdentity identity, RsaPrivateKey signingKey)
    {
        bool isSha1 = flavor == ConsensusFlavor.Unflavored;
        using var hash = IncrementalHash.CreateHash(isSha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        hash.AppendData(unsigned);
        hash.AppendData("directory-signature "u8);
        return new ConsensusSignature(
            isSha1 ? ConsensusDigestAlgorithm.Sha1 : ConsensusDigestAlgorithm.Sha256,
            identity,
            new Digest160(signingKey.PublicKey.Identity.ToArray()),
            signingKey.SignDigest(hash.GetHashAndReset()));
    }

    /// <summary>The complete document. Signatures are put in the order of the identities, as stock tor does.</summary>
    public static byte[] Assemble(ReadOnlySpan<byte> unsigned, IEnumerable<ConsensusSignature> signatures)
    {
        var text = new DocumentWriter();
        text.Append(Encoding.UTF8.GetString(unsigned));
        foreach (ConsensusSignature signature in signatures.OrderBy(signature => signature.Identity))
        {
            StatusLines.WriteSignature(text, signature);
        }

        return text.ToBytes();
    }

    private static void WritePreamble(DocumentWriter text, Consensus consensus)
    {
        text.Line(consensus.Flavor == ConsensusFlavor.Microdescriptor ? "network-status-version 3 microdesc" : "network-status-version 3");
        text.Line("vote-status consensus");
        text.Line($"consensus-method {consensus.Method}");
        StatusLines.WriteInterval(
            text, consensus.ValidAfter, consensus.FreshUntil, consensus.ValidUntil, consensus.VoteDelay, consensus.DistributionDelay);
        text.OptionalLine("client-versions", consensus.ClientVersions);
        text.OptionalLine("server-versions", consensus.ServerVersions);
        text.Line($"known-flags {string.Join(' ', consensus.KnownFlags)}");
        text.OptionalLine("recommended-client-protocols", consensus.RecommendedClientProtocols?.Text);
        text.OptionalLine("recommended-relay-protocols", consensus.RecommendedRelayProtocols?.Text);
        text.OptionalLine("required-client-protocols", consensus.RequiredClientProtocols?.Text);
        text.OptionalLine("required-relay-protocols", consensus.RequiredRelayProtocols?.Text);
        text.OptionalLine("params", consensus.Parameters.Count == 0 ? null : StatusLines.FormatPairs(consensus.Parameters));
        StatusLines.WriteSharedRandom(text, "previous", consensus.PreviousSharedRandom, consensus.PreviousSharedRandomReveals);
        StatusLines.WriteSharedRandom(text, "current", consensus.CurrentSharedRandom, consensus.CurrentSharedRandomReveals);
        foreach (ConsensusVoter voter in consensus.Voters)
        {
            StatusLines.WriteDirSource(text, voter);
            text.OptionalLine("vote-digest", voter.VoteDigest.IsZero ? null : voter.VoteDigest.ToString());
        }
    }
}
