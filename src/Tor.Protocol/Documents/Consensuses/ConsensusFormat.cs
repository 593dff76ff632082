using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>The lines of the preamble and the footer of a consensus; stock tor's tables.</summary>
internal static class ConsensusFormat
{
    public static readonly ItemRule Version = ItemRule.Once("network-status-version").WithArguments(1).First();
    public static readonly ItemRule VoteStatus = ItemRule.Once("vote-status").WithArguments(1);
    public static readonly ItemRule ValidAfter = ItemRule.Once("valid-after").WithWholeLine();
    public static readonly ItemRule FreshUntil = ItemRule.Once("fresh-until").WithWholeLine();
    public static readonly ItemRule ValidUntil = ItemRule.Once("valid-until").WithWholeLine();
    public static readonly ItemRule VotingDelay = ItemRule.Once("voting-delay").WithArguments(2);
    public static readonly ItemRule DirSource = ItemRule.AtLeastOnce("dir-source").WithArguments(6);
    public static readonly ItemRule Contact = ItemRule.AtLeastOnce("contact").WithWholeLine();
    public static readonly ItemRule VoteDigest = ItemRule.AtLeastOnce("vote-digest").WithArguments(1);
    public static readonly ItemRule KnownFlags = ItemRule.Once("known-flags");
    public static readonly ItemRule ClientVersions = ItemRule.AtMostOnce("client-versions").WithWholeLine();
    public static readonly ItemRule ServerVersions = ItemRule.AtMostOnce("server-versions").WithWholeLine();
    public static readonly ItemRule Method = ItemRule.AtMostOnce("consensus-method").WithArguments(1, 1);
    public static readonly ItemRule Params = ItemRule.AtMostOnce("params");
    public static readonly ItemRule PreviousSharedRandom = ItemRule.AtMostOnce("shared-rand-previous-value").WithArguments(2, 2);
    public static readonly ItemRule CurrentSharedRandom = ItemRule.AtMostOnce("shared-rand-current-value").WithArguments(2, 2);
    public static readonly ItemRule RecommendedClient = ItemRule.AtMostOnce("recommended-client-protocols").WithWholeLine();
    public static readonly ItemRule RecommendedRelay = ItemRule.AtMostOnce("recommended-relay-protocols").WithWholeLine();
    public static readonly ItemRule RequiredClient = ItemRule.AtMostOnce("required-client-protocols").WithWholeLine();
    public static readonly ItemRule RequiredRelay = ItemRule.AtMostOnce("required-relay-protocols").WithWholeLine();

    public static readonly ItemRule DirectoryFooter = ItemRule.AtMostOnce("directory-footer").WithoutArguments();
    public static readonly ItemRule BandwidthWeights = ItemRule.AtMostOnce("bandwidth-weights");
    public static readonly ItemRule DirectorySignature = ItemRule.AnyNumber("directory-signature").WithArguments(2).WithObject(ObjectRule.Required);

    public static readonly DocumentFormat Preamble = new(
        Version, VoteStatus, ValidAfter, FreshUntil, ValidUntil, VotingDelay, DirSource, Contact, VoteDigest, KnownFlags, ClientVersions,
        ServerVersions, Method, Params, PreviousSharedRandom, CurrentSharedRandom, RecommendedClient, RecommendedRelay, RequiredClient,
        RequiredRelay);

    public static readonly DocumentFormat Footer = new(DirectoryFooter, BandwidthWeights, DirectorySignature);
}
