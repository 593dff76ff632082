using Tunic.Primitives.Keys;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Protocol.OnionServices.Directories;

// Vectors of stock tor: src/test/test_hs_common.c, test_hs_indexes (from hs_indexes.py), test_disaster_srv.
public sealed class DescriptorDirectoriesTests
{
    private const RelayFlags HsDir = TestNetwork.Ordinary | RelayFlags.HSDir;
    private const string HsDirProtocols = "Link=3-5 Relay=2-6 HSDir=2";

    private static readonly Digest256 _previous = Filled(0x11);
    private static readonly Digest256 _current = Filled(0x22);
    private static readonly BlindedKey _key = new(new Ed25519Identity(Filled(0x42).ToArray()));

    [Fact]
    public void The_place_of_a_service_is_stocks()
    {
        var placement = new DescriptorPlacement(new TimePeriod(42, 1440), Filled(0x43));

        Assert.Equal(Digest("37e5cbbd56a22823714f18f1623ece5983a0d64c78495a8cfab854245e5f9a8a"), placement.GetServiceIndex(_key, 1));
    }

    [Fact]
    public void The_place_of_a_directory_is_stocks()
    {
        var placement = new DescriptorPlacement(new TimePeriod(42, 1440), Filled(0x43));

        Assert.Equal(Digest("db475361014a09965e7e5e4d4a25b8f8d4b8f16cb1d8a7e95eed50249cc1a2d5"), placement.GetDirectoryIndex(_key.Key));
    }

    [Fact]
    public void The_value_of_a_disaster_is_stocks() => Assert.Equal(
        Digest("F8A4948707653837FA44ABB5BBC75A12F6F101E7F8FAF699B9715F4965D3507D"),
        DescriptorPlacement.DisasterSharedRandom(new TimePeriod(1, 1440)));

    // nodelist.c, node_set_hsdir_index.
    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(11, 0, 1)]
    [InlineData(12, -1, 0)]
    [InlineData(23, -1, 0)]
    public void The_first_descriptor_goes_by_the_previous_value_and_the_second_by_the_current_one(int hour, int first, int second)
    {
        DescriptorDirectories directories = new(View(Network(10), hour), isTestNetwork: false);
        TimePeriod period = directories.Schedule.CurrentPeriod;

        Assert.Equal(new DescriptorPlacement(Shift(period, first), _previous), directories.First);
        Assert.Equal(new DescriptorPlacement(Shift(period, second), _current), directories.Second);
        Assert.Equal(period, directories.FetchPeriod);
        Assert.Equal(directories.Schedule.PreviousRunStart, directories.GetRunStart(DescriptorSlot.First));
        Assert.Equal(directories.Schedule.CurrentRunStart, directories.GetRunStart(DescriptorSlot.Second));
    }

    [Fact]
    public void Without_shared_random_values_each_period_has_its_own_disaster_value()
    {
        NetworkView view = Network(10).View();
        DescriptorDirectories directories = new(view, isTestNetwork: false);

        Assert.Equal(DescriptorPlacement.DisasterSharedRandom(directories.First.Period), directories.First.SharedRandom);
        Assert.Equal(DescriptorPlacement.DisasterSharedRandom(directories.Second.Period), directories.Second.SharedRandom);
        Assert.NotEmpty(directories.FindForFetch(_key));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(15)]
    public void A_client_finds_directories_to_which_the_service_uploaded(int hour)
    {
        DescriptorDirectories directories = new(View(Network(200), hour), isTestNetwork: false);
        DescriptorSlot slot = directories.First.Period == directories.FetchPeriod ? DescriptorSlot.First : DescriptorSlot.Second;

        IReadOnlyList<Relay> uploads = directories.FindForUpload(slot, _key);
        IReadOnlyList<Relay> fetches = directories.FindForFetch(_key);

        Assert.Equal(8, uploads.Count);
        Assert.Equal(6, fetches.Count);
        Assert.Equal(uploads.Distinct(), uploads);
        Assert.Subset(uploads.ToHashSet(), fetches.ToHashSet());
    }

    // test_hs_common.c, test_reachability: consensuses of client and service may be an hour apart, also across noon and midnight.
    [Theory]
    [InlineData(10, 11)]
    [InlineData(11, 12)]
    [InlineData(12, 11)]
    [InlineData(22, 23)]
    [InlineData(23, 22)]
    public void A_client_with_a_consensus_an_hour_older_or_newer_finds_them_too(int serviceHour, int clientHour)
    {
        DescriptorDirectories service = new(View(Network(200), serviceHour), isTestNetwork: false);
        DescriptorDirectories client = new(View(Network(200), clientHour), isTestNetwork: false);
        DescriptorSlot slot = service.First.Period == client.FetchPeriod ? DescriptorSlot.First : DescriptorSlot.Second;

        Assert.Equal(client.FetchPeriod, service.GetPlacement(slot).Period);
        Assert.Subset(
            service.FindForUpload(slot, _key).Select(relay => relay.RsaIdentity).ToHashSet(),
            client.FindForFetch(_key).Select(relay => relay.RsaIdentity).ToHashSet());
    }

    [Fact]
    public void The_directories_of_a_copy_are_those_that_follow_its_place_on_the_ring()
    {
        NetworkView view = View(Network(50), 3);
        DescriptorDirectories directories = new(view, isTestNetwork: false);
        DescriptorPlacement placement = directories.First;
        Digest256 place = placement.GetServiceIndex(_key, 1);
        Relay[] ring = [.. view.Relays.OrderBy(relay => placement.GetDirectoryIndex(relay.Ed25519Identity))];
        Relay[] following =
        [
            .. ring.Where(relay => placement.GetDirectoryIndex(relay.Ed25519Identity) >= place),
            .. ring.Where(relay => placement.GetDirectoryIndex(relay.Ed25519Identity) < place),
        ];

        Assert.Equal(following[..4], directories.FindForUpload(DescriptorSlot.First, _key).Take(4));
        Assert.Equal(following[..3], directories.FindForFetch(_key).Take(3));
    }

    [Fact]
    public void Only_relays_with_flag_protocol_and_known_identity_are_directories()
    {
        var network = new TestNetwork();
        network.Add(TestNetwork.Ordinary, protocols: HsDirProtocols);
        network.Add(HsDir, protocols: "Link=3-5 Relay=2-6 HSDir=1");
        network.Add(HsDir, protocols: HsDirProtocols, withMicrodescriptor: false);
        network.Add(HsDir | RelayFlags.NoEdConsensus, protocols: HsDirProtocols);
        int good = network.Add(HsDir, protocols: HsDirProtocols);

        DescriptorDirectories directories = new(network.View(), isTestNetwork: false);

        Relay only = Assert.Single(directories.FindForUpload(DescriptorSlot.Second, _key));
        Assert.Equal(good, only.Index);
    }

    [Fact]
    public void A_network_without_directories_gives_none() =>
        Assert.Empty(new DescriptorDirectories(new TestNetwork().View(), isTestNetwork: true).FindForFetch(_key));

    [Fact]
    public void The_consensus_says_how_many_copies_there_are_and_how_far_they_spread()
    {
        TestNetwork network = Network(100);
        network.Parameters["hsdir_n_replicas"] = 3;
        network.Parameters["hsdir_spread_store"] = 5;
        network.Parameters["hsdir_spread_fetch"] = 2;
        network.Parameters["hsdir_interval"] = 30;

        DescriptorDirectories directories = new(network.View(), isTestNetwork: false);

        Assert.Equal(15, directories.FindForUpload(DescriptorSlot.First, _key).Count);
        Assert.Equal(6, directories.FindForFetch(_key).Count);
        Assert.Equal(30u, directories.FetchPeriod.LengthMinutes);
        Assert.Equal(1440u, new DescriptorDirectories(network.View(), isTestNetwork: true).FetchPeriod.LengthMinutes);
    }

    [Fact]
    public void A_network_smaller_than_the_spread_has_every_directory_once()
    {
        DescriptorDirectories directories = new(View(Network(3), 3), isTestNetwork: false);

        Assert.Equal([0, 1, 2], directories.FindForUpload(DescriptorSlot.First, _key).Select(relay => relay.Index).Order());
    }

    private static TestNetwork Network(int count)
    {
        var network = new TestNetwork();
        for (int i = 0; i < count; i++)
        {
            network.Add(HsDir, protocols: HsDirProtocols);
        }

        return network;
    }

    private static NetworkView View(TestNetwork network, int hour)
    {
        network.ValidAfter = TestNetwork.Start.Date.AddHours(hour);
        Consensus consensus = network.View().Consensus with { PreviousSharedRandom = _previous, CurrentSharedRandom = _current };
        return new NetworkView(consensus, network.Microdescriptors);
    }

    private static TimePeriod Shift(TimePeriod period, int by) => period with { Number = (ulong)((long)period.Number + by) };

    private static Digest256 Filled(byte value) => new(Enumerable.Repeat(value, Digest256.Length).ToArray());

    private static Digest256 Digest(string hex) => new(Convert.FromHexString(hex));
}
