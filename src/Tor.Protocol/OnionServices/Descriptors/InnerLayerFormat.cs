using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>The lines of a descriptor's inner layer before its introduction points.</summary>
internal static class InnerLayerFormat
{
    public static readonly ItemRule Create2Formats = ItemRule.Once("create2-formats").WithWholeLine().First();
    public static readonly ItemRule IntroAuthRequired = ItemRule.AtMostOnce("intro-auth-required").WithArguments(1);
    public static readonly ItemRule SingleOnionService = ItemRule.AtMostOnce("single-onion-service");
    public static readonly ItemRule FlowControl = ItemRule.AtMostOnce("flow-control").WithArguments(2);
    public static readonly ItemRule PowParams = ItemRule.AnyNumber("pow-params").WithArguments(1);

    public static readonly DocumentFormat Format = new(Create2Formats, IntroAuthRequired, SingleOnionService, FlowControl, PowParams);
}
