using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>The lines of an introduction point.</summary>
internal static class IntroductionPointFormat
{
    public static readonly ItemRule IntroductionPoint = ItemRule.Once("introduction-point").WithArguments(1, 1).First();
    public static readonly ItemRule OnionKey = ItemRule.AtLeastOnce("onion-key").WithArguments(2).WithObject(ObjectRule.Any);
    public static readonly ItemRule AuthKey = ItemRule.Once("auth-key").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule EncKey = ItemRule.Once("enc-key").WithArguments(2).WithObject(ObjectRule.Any);
    public static readonly ItemRule EncKeyCertificate = ItemRule.Once("enc-key-cert").WithObject(ObjectRule.Required);
    public static readonly ItemRule LegacyKey = ItemRule.AtMostOnce("legacy-key").WithObject(ObjectRule.RsaKey1024);
    public static readonly ItemRule LegacyKeyCertificate = ItemRule.AtMostOnce("legacy-key-cert").WithObject(ObjectRule.Required);

    public static readonly DocumentFormat Format = new(
        IntroductionPoint, OnionKey, AuthKey, EncKey, EncKeyCertificate, LegacyKey, LegacyKeyCertificate);
}
