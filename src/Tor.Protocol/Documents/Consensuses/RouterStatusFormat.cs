using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>The lines of a router status entry in consensuses and votes.</summary>
internal static class RouterStatusFormat
{
    public static readonly ItemRule R = ItemRule.Once("r").WithArguments(7);
    public static readonly ItemRule M = ItemRule.AnyNumber("m").WithWholeLine();
    public static readonly ItemRule S = ItemRule.Once("s");
    public static readonly ItemRule V = ItemRule.AtMostOnce("v").WithWholeLine();
    public static readonly ItemRule Pr = ItemRule.Once("pr").WithWholeLine();
    public static readonly ItemRule W = ItemRule.AtMostOnce("w");
    public static readonly ItemRule P = ItemRule.AtMostOnce("p").WithWholeLine();
    public static readonly ItemRule A = ItemRule.AnyNumber("a").WithArguments(1);
    public static readonly ItemRule Id = ItemRule.AnyNumber("id").WithArguments(2);
    public static readonly ItemRule Stats = ItemRule.AnyNumber("stats").WithObject(ObjectRule.Any);

    public static readonly DocumentFormat Format = new(R, M, S, V, Pr, W, P, A, Id, Stats);
}
