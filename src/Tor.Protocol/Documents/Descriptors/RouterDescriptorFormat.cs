using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>The lines of a server descriptor, as strict as stock tor 0.4.9 (routerparse.c).</summary>
internal static class RouterDescriptorFormat
{
    public static readonly ItemRule Router = ItemRule.Once("router").WithArguments(5).First();
    public static readonly ItemRule IdentityEd25519 = ItemRule.Once("identity-ed25519").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule MasterKeyEd25519 = ItemRule.Once("master-key-ed25519").WithArguments(1);
    public static readonly ItemRule OrAddress = ItemRule.AnyNumber("or-address").WithArguments(1);
    public static readonly ItemRule Platform = ItemRule.AtMostOnce("platform").WithWholeLine();
    public static readonly ItemRule Proto = ItemRule.Once("proto").WithWholeLine();
    public static readonly ItemRule Published = ItemRule.Once("published").WithWholeLine();
    public static readonly ItemRule Fingerprint = ItemRule.AtMostOnce("fingerprint").WithWholeLine();
    public static readonly ItemRule Uptime = ItemRule.AtMostOnce("uptime").WithArguments(1);
    public static readonly ItemRule Bandwidth = ItemRule.Once("bandwidth").WithArguments(3);
    public static readonly ItemRule ExtraInfoDigest = ItemRule.AtMostOnce("extra-info-digest").WithArguments(1);
    public static readonly ItemRule CachesExtraInfo = ItemRule.AtMostOnce("caches-extra-info").WithoutArguments();
    public static readonly ItemRule OnionKey = ItemRule.AtMostOnce("onion-key").WithoutArguments().WithObject(ObjectRule.RsaKey1024);
    public static readonly ItemRule SigningKey = ItemRule.Once("signing-key").WithoutArguments().WithObject(ObjectRule.RsaKey1024);
    public static readonly ItemRule OnionKeyCrossCertificate =
        ItemRule.AtMostOnce("onion-key-crosscert").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule NtorCrossCertificate =
        ItemRule.Once("ntor-onion-key-crosscert").WithArguments(1, 1).WithObject(ObjectRule.Required);
    public static readonly ItemRule Family = ItemRule.AtMostOnce("family");
    public static readonly ItemRule FamilyCertificate = ItemRule.AnyNumber("family-cert").WithObject(ObjectRule.Required);
    public static readonly ItemRule Hibernating = ItemRule.AtMostOnce("hibernating").WithArguments(1);
    public static readonly ItemRule HiddenServiceDir = ItemRule.AtMostOnce("hidden-service-dir").WithoutArguments();
    public static readonly ItemRule Contact = ItemRule.AtMostOnce("contact").WithWholeLine();
    public static readonly ItemRule NtorOnionKey = ItemRule.Once("ntor-onion-key").WithArguments(1);
    public static readonly ItemRule Accept = ItemRule.AnyNumber("accept");
    public static readonly ItemRule Reject = ItemRule.AnyNumber("reject");
    public static readonly ItemRule Accept6 = ItemRule.AnyNumber("accept6");
    public static readonly ItemRule Reject6 = ItemRule.AnyNumber("reject6");
    public static readonly ItemRule IPv6Policy = ItemRule.AtMostOnce("ipv6-policy").WithWholeLine();
    public static readonly ItemRule TunnelledDirServer = ItemRule.AtMostOnce("tunnelled-dir-server").WithoutArguments();
    public static readonly ItemRule ReadHistory = ItemRule.AtMostOnce("read-history");
    public static readonly ItemRule WriteHistory = ItemRule.AtMostOnce("write-history");
    public static readonly ItemRule AllowSingleHopExits = ItemRule.AtMostOnce("allow-single-hop-exits").WithoutArguments();
    public static readonly ItemRule BridgeDistribution =
        ItemRule.AnyNumber("bridge-distribution-request").WithWholeLine().WithObject(ObjectRule.Any);
    public static readonly ItemRule OverloadGeneral = ItemRule.AnyNumber("overload-general").WithWholeLine().WithObject(ObjectRule.Any);
    public static readonly ItemRule SignatureEd25519 = ItemRule.Once("router-sig-ed25519").WithArguments(1);
    public static readonly ItemRule Signature = ItemRule.Once("router-signature").WithoutArguments().WithObject(ObjectRule.Required).Last();

    public static readonly DocumentFormat Format = new(
        Accept, Reject, Router, IdentityEd25519, MasterKeyEd25519, OrAddress, Platform, Proto, Published, Fingerprint, Uptime, Bandwidth,
        ExtraInfoDigest, CachesExtraInfo, OnionKey, SigningKey, OnionKeyCrossCertificate, NtorCrossCertificate, Family, FamilyCertificate,
        Hibernating, HiddenServiceDir, Contact, NtorOnionKey, Accept6, Reject6, IPv6Policy, TunnelledDirServer, ReadHistory, WriteHistory,
        AllowSingleHopExits, BridgeDistribution, OverloadGeneral, SignatureEd25519, Signature);
}
