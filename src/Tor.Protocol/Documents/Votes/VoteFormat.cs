using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>The lines of a vote's preamble.</summary>
internal static class VoteFormat
{
    public static readonly ItemRule Published = ItemRule.Once("published").WithWholeLine();
    public static readonly ItemRule Methods = ItemRule.Once("consensus-methods").WithArguments(1);
    public static readonly ItemRule FlagThresholds = ItemRule.AnyNumber("flag-thresholds").WithWholeLine().WithObject(ObjectRule.Any);
    public static readonly ItemRule BandwidthFileHeaders = ItemRule.AnyNumber("bandwidth-file-headers").WithWholeLine().WithObject(ObjectRule.Any);
    public static readonly ItemRule BandwidthFileDigest = ItemRule.AnyNumber("bandwidth-file-digest").WithWholeLine().WithObject(ObjectRule.Any);
    public static readonly ItemRule LegacyKey = ItemRule.AtMostOnce("legacy-dir-key").WithArguments(1);
    public static readonly ItemRule Participate = ItemRule.AtMostOnce("shared-rand-participate").WithoutArguments();
    public static readonly ItemRule Commit = ItemRule.AnyNumber("shared-rand-commit").WithArguments(3);
    public static readonly ItemRule Fingerprint = ItemRule.AnyNumber("fingerprint").WithWholeLine();
    public static readonly ItemRule SigningEd25519 = ItemRule.AtMostOnce("signing-ed25519").WithoutArguments().WithObject(ObjectRule.Required);

    public static readonly DocumentFormat Preamble = new(
    [
        ConsensusFormat.Version, ConsensusFormat.VoteStatus, Published, ConsensusFormat.ValidAfter, ConsensusFormat.FreshUntil,
        ConsensusFormat.ValidUntil, ConsensusFormat.VotingDelay, ConsensusFormat.KnownFlags, ConsensusFormat.Params, Fingerprint,
        SigningEd25519, Participate, Commit, ConsensusFormat.PreviousSharedRandom, ConsensusFormat.CurrentSharedRandom,
        ConsensusFormat.RecommendedClient, ConsensusFormat.RecommendedRelay, ConsensusFormat.RequiredClient, ConsensusFormat.RequiredRelay,
        ConsensusFormat.Contact, ConsensusFormat.DirSource, LegacyKey, ConsensusFormat.ClientVersions, ConsensusFormat.ServerVersions,
        Methods, FlagThresholds, BandwidthFileHeaders, BandwidthFileDigest, .. AuthorityCertificateFormat.Members,
    ]);
}
