using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tests.Tor.Protocol.Documents;

/// <summary>Documents of a small network of stock tor; Vectors/StockNetwork/README.md says how they were made.</summary>
internal static class StockNetwork
{
    /// <summary>Inside the validity of both consensuses.</summary>
    public static DateTime Now { get; } = new(2026, 11, 21, 10, 8, 5, DateTimeKind.Utc);

    public static IReadOnlyList<AuthorityCertificate> Certificates { get; } = AuthorityCertificate.ParseList(Read("certificates"));

    public static IReadOnlyList<RsaIdentity> Authorities { get; } = [.. Certificates.Select(certificate => certificate.Identity)];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "StockNetwork", name + ".txt"));

    public static string ReadText(string name) => Encoding.UTF8.GetString(Read(name));

    public static Consensus ReadConsensus(string name)
    {
        Assert.True(Consensus.TryParse(Read(name), out Consensus? consensus, out DocumentFault? fault), fault?.Reason);
        return consensus;
    }

    public static IReadOnlyList<RouterDescriptor> ReadDescriptors() =>
        [.. DescriptorSplitter.SplitRouterDescriptors(Read("server-descriptors")).Select(ParseDescriptor)];

    public static RouterDescriptor ParseDescriptor(ReadOnlyMemory<byte> text)
    {
        Assert.True(RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out DocumentFault? fault), fault?.Reason);
        return descriptor;
    }

    public static ExtraInfo ParseExtraInfo(ReadOnlyMemory<byte> text)
    {
        Assert.True(ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out DocumentFault? fault), fault?.Reason);
        return extraInfo;
    }

    /// <summary>The descriptor of the authority whose keys are at hand.</summary>
    public static RouterDescriptor ReadOwnDescriptor()
    {
        using RsaPrivateKey identity = ReadRsaKey("relay-identity");
        return ReadDescriptors().Single(descriptor => descriptor.Identity == identity.PublicKey.Identity);
    }

    public static byte[] ReadKey(string name)
    {
        string line = ReadText("auth0-keys").Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return Convert.FromHexString(line[(name.Length + 1)..]);
    }

    public static RsaPrivateKey ReadRsaKey(string name)
    {
        Assert.True(RsaPrivateKey.TryParse(ReadKey(name), out RsaPrivateKey? key));
        return key;
    }

    public static RelayDescriptorKeys ReadRelayKeys(RouterDescriptor descriptor) => new()
    {
        Identity = ReadRsaKey("relay-identity"),
        TapOnion = ReadRsaKey("relay-tap-onion"),
        NtorOnion = ReadKey("relay-ntor-onion"),
        Signing = Ed25519PrivateKey.FromExpanded(ReadKey("relay-signing")),
        SigningCertificate = descriptor.SigningKeyCertificate,
    };
}
