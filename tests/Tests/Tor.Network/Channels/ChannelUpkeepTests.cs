using System.Net;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Links;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class ChannelUpkeepTests
{
    private readonly ManualTime _time = new(TestRelay.Now);
    private ChannelPaddingParameters _parameters = ChannelPaddingParameters.Default;

    [Fact]
    public async Task A_link_is_padded_only_once_it_has_carried_a_circuit_of_several_hops()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);
        await using ChannelUpkeep upkeep = Keep(pair.Client, isClient: true);
        _ = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;

        Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, upkeep.PaddingSent);

        pair.Client.Traffic.Raise(ChannelUsage.FullCircuits);
        Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(upkeep.PaddingSent, 3, 20); // pauses of 1.5 to 9.5 s
    }

    [Fact]
    public async Task A_link_on_which_nothing_was_sent_for_a_keepalive_period_is_kept_open()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);
        await using ChannelUpkeep upkeep = Keep(pair.Client, isClient: true);
        _ = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        TimeSpan before = pair.Client.Traffic.LatestSent;

        Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(before, pair.Client.Traffic.LatestSent);

        Advance(TimeSpan.FromMinutes(2));
        await Eventually.HoldsAsync(() => pair.Client.Traffic.LatestSent > before);
    }

    [Fact]
    public async Task A_link_with_traffic_is_not_padded()
    {
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay, time: _time);
        await using ChannelUpkeep client = Keep(pair.Client, isClient: true);
        await using ChannelUpkeep guard = Keep(pair.Relay, isClient: false);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        pair.Client.Traffic.Raise(ChannelUsage.UserTraffic);
        pair.Relay.Traffic.Raise(ChannelUsage.UserTraffic);

        await SendAsync(circuit, CellCommand.Create2, relay);
        for (int second = 0; second < 20; second++)
        {
            await SendAsync(circuit, CellCommand.Relay, relay);
            Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((0, 0), (client.PaddingSent, guard.PaddingSent));
    }

    [Fact]
    public async Task A_guard_pads_a_client_until_the_client_asks_it_to_stop()
    {
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay, time: _time);
        await using ChannelUpkeep guard = Keep(pair.Relay, isClient: false);
        pair.Relay.Traffic.Raise(ChannelUsage.FullCircuits);
        ChannelCircuit circuit = pair.Client.TryOpenCircuit(new RecordingEndpoint())!;
        await SendAsync(circuit, CellCommand.Create2, relay);

        Advance(TimeSpan.FromSeconds(15));
        long before = guard.PaddingSent;
        Assert.InRange(before, 1, 10);

        pair.Client.Traffic.Raise(ChannelUsage.FullCircuits);
        await using ChannelUpkeep client = Keep(pair.Client, isClient: true, ChannelPaddingMode.Reduced);
        await SendAsync(circuit, CellCommand.Relay, relay); // comes after PADDING_NEGOTIATE
        Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(before, guard.PaddingSent);
        Assert.InRange(client.PaddingSent, 3, 7); // pauses of 9 to 14 s
    }

    [Fact]
    public async Task A_client_listens_to_no_relay_that_asks_it_to_stop()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);
        await using ChannelUpkeep client = Keep(pair.Client, isClient: true);
        pair.Client.Traffic.Raise(ChannelUsage.FullCircuits);
        var origin = new RecordingEndpoint();
        ChannelCircuit refused = pair.Relay.TryOpenCircuit(origin)!;
        pair.Relay.SendLinkCell(CellCommand.PaddingNegotiate, new PaddingNegotiate(Start: false, 0, 0).Encode());
        Send(refused, CellCommand.Create2);
        Assert.Equal("ended Protocol", await origin.NextAsync()); // answered after PADDING_NEGOTIATE was read

        Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(client.PaddingSent, 3, 20);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 3)]
    public async Task Relays_pad_each_other_only_when_the_consensus_says_so(bool padRelays, int least)
    {
        _parameters = new ChannelPaddingParameters { PadRelays = padRelays };
        await using ChannelPair pair = await ChannelPair.OpenAsync(
            new RecordingEndpoint(), time: _time, client: new ChannelIdentity(TestRelay.B.Certificates, [IPAddress.Loopback]));
        Assert.NotNull(pair.Relay.Link.Peer);
        await using ChannelUpkeep upkeep = Keep(pair.Relay, isClient: false);
        pair.Relay.Traffic.Raise(ChannelUsage.UserTraffic);

        Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(upkeep.PaddingSent, least, least * 7);
    }

    [Fact]
    public async Task A_new_consensus_can_switch_padding_off()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);
        await using ChannelUpkeep upkeep = Keep(pair.Client, isClient: true);
        pair.Client.Traffic.Raise(ChannelUsage.FullCircuits);
        Advance(TimeSpan.FromSeconds(12));
        long before = upkeep.PaddingSent;
        Assert.NotEqual(0, before);

        _parameters = new ChannelPaddingParameters { Low = TimeSpan.Zero, High = TimeSpan.Zero };
        Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(before, upkeep.PaddingSent);
    }

    [Fact]
    public async Task A_link_without_circuits_is_closed_after_three_to_four_and_a_half_minutes()
    {
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);
        await using ChannelUpkeep upkeep = Keep(pair.Client, isClient: true);

        Advance(TimeSpan.FromSeconds(179), step: TimeSpan.FromSeconds(1));
        Assert.False(pair.Client.IsClosed);

        Advance(TimeSpan.FromSeconds(92), step: TimeSpan.FromSeconds(1));
        Assert.True(pair.Client.IsClosed);
    }

    [Fact]
    public async Task Each_of_several_links_is_padded_by_its_own_clock()
    {
        _parameters = PaddedLinks.Parameters;
        await using var links = await PaddedLinks.OpenAsync(_time, count: 4);
        await using ChannelUpkeep upkeep = Keep(links[0], isClient: true);
        links.AddRestTo(upkeep);

        for (TimeSpan passed = TimeSpan.Zero; passed < TimeSpan.FromMinutes(1); passed += PaddedLinks.Step)
        {
            links[0].Traffic.OnCells(links[0].Now); // never idle
            await links.PassAsync(upkeep);
        }

        Assert.Empty(links.Padding[0]);
        Assert.All(links.Padding[1..], PaddedLinks.AssertPauses);
    }

    [Fact]
    public async Task Links_stay_padded_when_one_of_them_closes()
    {
        _parameters = PaddedLinks.Parameters;
        await using var links = await PaddedLinks.OpenAsync(_time, count: 4);
        await using ChannelUpkeep upkeep = Keep(links[0], isClient: true);
        links.AddRestTo(upkeep);
        await links.PassAsync(upkeep, TimeSpan.FromSeconds(20));

        links[1].Close(null);
        TimeSpan closedAt = links[1].Now;
        await links.PassAsync(upkeep, TimeSpan.FromSeconds(40));

        Assert.NotEmpty(links.Padding[1]);
        Assert.True(links.Padding[1][^1] <= closedAt);
        Assert.All([links.Padding[0], links.Padding[2], links.Padding[3]], PaddedLinks.AssertPauses);
    }

    private static void Send(ChannelCircuit circuit, CellCommand command)
    {
        circuit.Send(command, [1], circuit.Channel.Now);
        circuit.Channel.Flush();
    }

    private static async Task SendAsync(ChannelCircuit circuit, CellCommand command, RecordingEndpoint relay)
    {
        Send(circuit, command);
        Assert.Equal($"{command} 1", await relay.NextAsync());
    }

    private ChannelUpkeep Keep(Channel channel, bool isClient, ChannelPaddingMode mode = ChannelPaddingMode.Auto)
    {
        var environment = ChannelPair.CreateEnvironment(_time);
        var upkeep = new ChannelUpkeep(new ChannelUpkeepOptions { IsClient = isClient, Padding = mode }, () => _parameters, environment);
        upkeep.Add(channel);
        return upkeep;
    }

    private void Advance(TimeSpan time, TimeSpan? step = null)
    {
        TimeSpan grain = step ?? TimeSpan.FromMilliseconds(50);
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += grain)
        {
            _time.Advance(grain);
        }
    }
}
