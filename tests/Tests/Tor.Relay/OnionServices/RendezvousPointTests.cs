using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Connections;

namespace Tunic.Tests.TorRelay.OnionServices;

/// <summary>The relay as rendezvous point, as stock rendmid.c is.</summary>
public sealed class RendezvousPointTests
{
    private static readonly byte[] _cookie = [.. Enumerable.Range(1, RendezvousCookie.Length).Select(i => (byte)i)];
    private static readonly byte[] _handshake = [.. Enumerable.Repeat((byte)7, 148)];

    [Fact]
    public async Task Two_circuits_are_joined_and_cells_pass_both_ways_in_order()
    {
        await using var bench = new RelayBench();
        (_, RawCircuit client, _, RawCircuit service) = await JoinAsync(bench);

        for (byte i = 0; i < 100; i++)
        {
            client.SendThrough(Payload(i));
            service.SendThrough(Payload((byte)(100 + i)), i < 5 ? CellCommand.RelayEarly : CellCommand.Relay);
        }

        for (byte i = 0; i < 100; i++)
        {
            Assert.Equal(Payload(i), await service.ReadThroughAsync());
            Assert.Equal(Payload((byte)(100 + i)), await client.ReadThroughAsync());
        }

        Assert.Equal(0, bench.Circuits.OnionServices.WaitingClients);
    }

    [Fact]
    public async Task Cells_right_behind_rendezvous1_reach_the_client()
    {
        await using var bench = new RelayBench();
        RawCircuit client = await EstablishAsync(bench.ConnectClient());
        RawCircuit service = await RawCircuit.CreateAsync(bench.ConnectRelay());
        service.Send(RelayCommand.Rendezvous1, 0, [.. _cookie, .. _handshake]);
        service.SendThrough(Payload(1));

        Assert.Equal(RelayCommand.Rendezvous2, (await client.ReadAsync()).Command);
        Assert.Equal(Payload(1), await client.ReadThroughAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_end_of_either_side_ends_the_other(bool clientEnds)
    {
        await using var bench = new RelayBench();
        (RawPeer clientPeer, RawCircuit client, RawPeer servicePeer, RawCircuit service) = await JoinAsync(bench);
        (RawPeer ending, RawCircuit gone, RawPeer staying, RawCircuit told) = clientEnds
            ? (clientPeer, client, servicePeer, service)
            : (servicePeer, service, clientPeer, client);

        ending.Send(gone.Id, CellCommand.Destroy, [(byte)DestroyReason.Finished]);

        Assert.Equal(DestroyReason.Destroyed, await staying.ReadDestroyAsync(told.Id));
        await RawCircuit.HandledAsync(ending);
        Assert.Equal(1, bench.Circuits.Count); // the one that proved it
    }

    [Fact]
    public async Task The_end_of_a_channel_ends_the_other_side()
    {
        await using var bench = new RelayBench();
        (RawPeer clientPeer, _, RawPeer servicePeer, RawCircuit service) = await JoinAsync(bench);
        clientPeer.Close();
        Assert.Equal(DestroyReason.ChannelClosed, await servicePeer.ReadDestroyAsync(service.Id));
    }

    [Fact]
    public async Task A_cookie_that_nobody_waits_for_ends_the_services_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        RawCircuit service = await RawCircuit.CreateAsync(peer);
        service.Send(RelayCommand.Rendezvous1, 0, [.. _cookie, .. _handshake]);
        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(service.Id));
    }

    [Fact]
    public async Task A_cookie_serves_once_and_for_one_client()
    {
        await using var bench = new RelayBench();
        RawPeer second = bench.ConnectRelay(8);
        await EstablishAsync(bench.ConnectClient());
        RawCircuit copier = await RawCircuit.CreateAsync(second);
        copier.Send(RelayCommand.EstablishRendezvous, 0, _cookie);
        Assert.Equal(DestroyReason.Protocol, await second.ReadDestroyAsync(copier.Id));
        Assert.Equal(1, bench.Circuits.OnionServices.WaitingClients); // the first one waits on

        RawCircuit service = await RawCircuit.CreateAsync(bench.ConnectRelay());
        service.Send(RelayCommand.Rendezvous1, 0, [.. _cookie, .. _handshake]);
        RawCircuit late = await RawCircuit.CreateAsync(second, 0x8000_0002);
        await RawCircuit.HandledAsync(second);
        await WaitUntilJoinedAsync(bench);
        late.Send(RelayCommand.Rendezvous1, 0, [.. _cookie, .. _handshake]);
        Assert.Equal(DestroyReason.Protocol, await second.ReadDestroyAsync(late.Id));
    }

    [Theory]
    [InlineData(RelayCommand.EstablishRendezvous, 19)]
    [InlineData(RelayCommand.EstablishRendezvous, 21)]
    [InlineData(RelayCommand.Rendezvous1, 19)]
    public async Task Messages_of_a_wrong_length_end_the_circuit(RelayCommand command, int length)
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        RawCircuit circuit = await RawCircuit.CreateAsync(peer);
        circuit.Send(command, 0, new byte[length]);
        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(circuit.Id));
    }

    [Theory]
    [InlineData(RelayCommand.EstablishRendezvous)]
    [InlineData(RelayCommand.Rendezvous1)]
    [InlineData(RelayCommand.Introduce1)]
    [InlineData(RelayCommand.EstablishIntro)]
    [InlineData(RelayCommand.Extend2)]
    public async Task A_waiting_circuit_takes_no_other_role(RelayCommand command)
    {
        await using var bench = new RelayBench();
        RawPeer peer = bench.ConnectRelay();
        RawCircuit client = await EstablishAsync(peer);
        client.Send(command, 0, command == RelayCommand.Extend2 ? RelayBench.Extend() : [.. _cookie], CellCommand.RelayEarly);
        Assert.Equal(DestroyReason.Protocol, await peer.ReadDestroyAsync(client.Id));
        Assert.Equal(0, bench.Circuits.OnionServices.WaitingClients);
    }

    [Fact]
    public async Task A_circuit_that_goes_on_is_no_rendezvous_point()
    {
        await using var bench = new RelayBench();
        (RawPeer client, _, RawCircuit circuit, _) = await bench.ExtendAsync();
        circuit.Send(RelayCommand.EstablishRendezvous, 0, _cookie);
        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task A_client_that_is_no_relay_away_waits_in_vain_where_the_consensus_says_so()
    {
        DosParameters dos = RelayParameters.FromConsensus(
            new Dictionary<string, int> { ["DoSRefuseSingleHopClientRendezvous"] = 1 }, new Tunic.Tor.Network.Channels.ConnectionLimitOptions()).Dos;
        await using var bench = new RelayBench(parameters: RelayParameters.Default with { Dos = dos });
        RawCircuit client = await RawCircuit.CreateAsync(bench.ConnectClient());
        client.Send(RelayCommand.EstablishRendezvous, 0, _cookie);
        await client.AssertAliveAsync(); // and nothing before that
        Assert.Equal(0, bench.Circuits.OnionServices.WaitingClients);
        await EstablishAsync(bench.ConnectRelay());
    }

    [Fact]
    public async Task A_waiting_or_joined_circuit_is_not_idle()
    {
        await using var bench = new RelayBench();
        RawCircuit client = await EstablishAsync(bench.ConnectClient());
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        bench.Circuits.CloseExpired();
        await client.AssertAliveAsync();
    }

    private static byte[] Payload(byte number)
    {
        var payload = new byte[Cell.BodyLength];
        new SeededRandomSource(number).Fill(payload);
        return payload;
    }

    private static async Task<RawCircuit> EstablishAsync(RawPeer peer)
    {
        RawCircuit client = await RawCircuit.CreateAsync(peer);
        client.Send(RelayCommand.EstablishRendezvous, 0, _cookie);
        (RelayCommand command, _, byte[] body) = await client.ReadAsync();
        Assert.Equal(RelayCommand.RendezvousEstablished, command);
        Assert.Empty(body);
        return client;
    }

    private static async Task<(RawPeer ClientPeer, RawCircuit Client, RawPeer ServicePeer, RawCircuit Service)> JoinAsync(RelayBench bench)
    {
        RawPeer clientPeer = bench.ConnectClient();
        RawPeer servicePeer = bench.ConnectRelay();
        RawCircuit client = await EstablishAsync(clientPeer);
        RawCircuit service = await RawCircuit.CreateAsync(servicePeer);
        service.Send(RelayCommand.Rendezvous1, 0, [.. _cookie, .. _handshake]);
        (RelayCommand command, _, byte[] body) = await client.ReadAsync();
        Assert.Equal(RelayCommand.Rendezvous2, command);
        Assert.Equal(_handshake, body);
        return (clientPeer, client, servicePeer, service);
    }

    private static async Task WaitUntilJoinedAsync(RelayBench bench)
    {
        while (bench.Circuits.OnionServices.WaitingClients > 0)
        {
            await Task.Yield();
        }
    }
}
