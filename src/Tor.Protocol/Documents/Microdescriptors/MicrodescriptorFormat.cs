using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Microdescriptors;

/// <summary>The lines of a microdescriptor.</summary>
internal static class MicrodescriptorFormat
{
    public static readonly ItemRule OnionKey = ItemRule.Once("onion-key").WithoutArguments().WithObject(ObjectRule.OptionalRsaKey1024).First();
    public static readonly ItemRule NtorOnionKey = ItemRule.Once("ntor-onion-key").WithArguments(1);
    public static readonly ItemRule Id = ItemRule.AnyNumber("id").WithArguments(2);
    public static readonly ItemRule A = ItemRule.AnyNumber("a").WithArguments(1);
    public static readonly ItemRule Family = ItemRule.AtMostOnce("family").WithWholeLine();
    public static readonly ItemRule FamilyIds = ItemRule.AtMostOnce("family-ids").WithWholeLine();
    public static readonly ItemRule P = ItemRule.AtMostOnce("p").WithWholeLine();
    public static readonly ItemRule P6 = ItemRule.AtMostOnce("p6").WithWholeLine();

    public static readonly DocumentFormat Format = new(OnionKey, NtorOnionKey, Id, A, Family, FamilyIds, P, P6);
}
