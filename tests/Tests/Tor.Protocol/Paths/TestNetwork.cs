using System.Buffers.Binary;
using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Makes consensuses of invented relays. Each relay has its own /16 unless the test says otherwise.</summary>
internal sealed class TestNetwork
{
    public const RelayFlags Ordinary = RelayFlags.Running | RelayFlags.Valid | RelayFlags.Fast | RelayFlags.Stable | RelayFlags.V2Dir;

    public static readonly DateTime Start = new(2026, 1, 10, 12, 0, 0, DateTimeKind.Utc);

    private static readonly ProtocolVersions StockProtocols = Protocols("Link=3-5 Relay=2-6 FlowCtrl=1-2");

    public List<RouterStatus> Statuses { get; } = [];

    public Dictionary<Digest256, Microdescriptor> Microdescriptors { get; } = [];

    public Dictionary<string, int> Parameters { get; } = [];

    public Dictionary<string, int> Weights { get; } = [];

    public DateTime ValidAfter { get; set; } = Start.AddHours(-1);

    public static ProtocolVersions Protocols(string text)
    {
        Assert.True(ProtocolVersions.TryParse(text, out ProtocolVersions versions));
        return versions;
    }

    public static RsaIdentity Identity(int number)
    {
        var bytes = new byte[RsaIdentity.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number + 1);
        return new RsaIdentity(bytes);
    }

    public static Digest256 Digest(int number)
    {
        var bytes = new byte[Digest256.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number + 1);
        return new Digest256(bytes);
    }

    /// <summary>Half guards, every seventh an exit to 443, all of bandwidth 30: the network of stock's test_entrynodes.c.</summary>
    public static TestNetwork OfStockTests(int count = 271)
    {
        var network = new TestNetwork();
        for (int i = 0; i < count; i++)
        {
            network.Add(Ordinary | (i % 2 == 0 ? RelayFlags.Guard : 0) | (i % 7 == 0 ? RelayFlags.Exit : 0), 30, i % 7 == 0 ? [443] : []);
        }

        return network;
    }

    public int Add(
        RelayFlags flags,
        long? bandwidth = 1000,
        ushort[]? ports = null,
        ushort[]? portsV6 = null,
        string? address = null,
        string? addressV6 = null,
        string[]? family = null,
        string[]? familyIds = null,
        bool withMicrodescriptor = true,
        string protocols = "Link=3-5 Relay=2-6 FlowCtrl=1-2")
    {
        int number = Statuses.Count;
        var ed = new byte[Ed25519Identity.Length];
        BinaryPrimitives.WriteInt32BigEndian(ed, number + 1);
        Statuses.Add(new RouterStatus
        {
            Nickname = $"relay{number}",
            Identity = Identity(number),
            MicrodescriptorDigest = Digest(number),
            Address = new IPEndPoint(IPAddress.Parse(address ?? $"{11 + (number / 250)}.{number % 250}.1.1"), 9001),
            AdditionalAddresses = addressV6 is null ? [] : [new IPEndPoint(IPAddress.Parse(addressV6), 9001)],
            Flags = flags,
            Protocols = protocols == "Link=3-5 Relay=2-6 FlowCtrl=1-2" ? StockProtocols : Protocols(protocols),
            Bandwidth = bandwidth,
        });
        if (withMicrodescriptor)
        {
            Microdescriptors[Digest(number)] = new Microdescriptor
            {
                Digest = Digest(number),
                NtorOnionKey = new byte[32],
                Ed25519Identity = new Ed25519Identity(ed),
                ExitPolicy = Policy(ports),
                ExitPolicyV6 = Policy(portsV6),
                Family = family ?? [],
                FamilyIds = familyIds ?? [],
            };
        }

        return number;
    }

    public void Change(int number, Func<RouterStatus, RouterStatus> change) => Statuses[number] = change(Statuses[number]);

    public NetworkView View() => new(
        new Consensus
        {
            Flavor = ConsensusFlavor.Microdescriptor,
            ValidAfter = ValidAfter,
            FreshUntil = ValidAfter.AddHours(1),
            ValidUntil = ValidAfter.AddHours(3),
            Parameters = new Dictionary<string, int>(Parameters),
            BandwidthWeights = new Dictionary<string, int>(Weights),
            Relays = [.. Statuses],
        },
        new Dictionary<Digest256, Microdescriptor>(Microdescriptors));

    private static ExitPolicySummary Policy(ushort[]? ports) =>
        ports is null or [] ? ExitPolicySummary.RejectAll : new ExitPolicySummary(true, [.. ports.Order().Select(port => new PortRange(port, port))]);
}
