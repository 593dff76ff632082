using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>The lines of an extra-info document.</summary>
internal static class ExtraInfoFormat
{
    public static readonly ItemRule ExtraInfo = ItemRule.Once("extra-info").WithArguments(2).First();
    public static readonly ItemRule IdentityEd25519 = ItemRule.Once("identity-ed25519").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule Published = ItemRule.Once("published").WithWholeLine();
    public static readonly ItemRule SignatureEd25519 = ItemRule.Once("router-sig-ed25519").WithArguments(1);
    public static readonly ItemRule Signature = ItemRule.Once("router-signature").WithoutArguments().WithObject(ObjectRule.Required).Last();

    /// <summary>Statistics that may stand once only.</summary>
    private static readonly string[] SingleStatistics =
    [
        "read-history", "write-history", "dirreq-stats-end", "dirreq-v2-ips", "dirreq-v3-ips", "dirreq-v2-reqs", "dirreq-v3-reqs",
        "dirreq-v2-share", "dirreq-v3-share", "dirreq-v2-resp", "dirreq-v3-resp", "dirreq-v2-direct-dl", "dirreq-v3-direct-dl",
        "dirreq-v2-tunneled-dl", "dirreq-v3-tunneled-dl", "entry-stats-end", "entry-ips", "cell-stats-end", "cell-processed-cells",
        "cell-queued-cells", "cell-time-in-queue", "cell-circuits-per-decile", "exit-stats-end", "exit-kibibytes-written",
        "exit-kibibytes-read", "exit-streams-opened",
    ];

    public static readonly DocumentFormat Format = new(
        [ExtraInfo, IdentityEd25519, Published, SignatureEd25519, Signature, .. SingleStatistics.Select(ItemRule.AtMostOnce)]);
}
