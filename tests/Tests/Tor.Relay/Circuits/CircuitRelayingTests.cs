using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tests.TorRelay.Circuits;

public sealed class CircuitRelayingTests
{
    [Fact]
    public async Task Cells_pass_both_ways_with_one_layer_less_and_one_more()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync();

        byte[] forward = circuit.SendThrough(Payload(1), CellCommand.RelayEarly);
        RawCell passed = await next.ReadAsync();
        next.Send(nextId, CellCommand.Relay, Payload(2));
        byte[] backward = await circuit.ReadThroughAsync();

        Assert.Equal((nextId, CellCommand.RelayEarly), (passed.CircuitId, passed.Command));
        Assert.Equal(forward, passed.Body);
        Assert.Equal(Payload(2), backward);
    }

    [Fact]
    public async Task A_cell_that_nobody_can_read_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);

        client.Send(circuit.Id, CellCommand.Relay, Payload(3));

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
        Assert.Equal(0, bench.Circuits.Count);
    }

    [Fact]
    public async Task Cells_before_the_handshake_is_done_end_the_circuit()
    {
        await using var bench = new RelayBench(new RelayCircuitOptions { OnionSkins = new OnionSkinQueueOptions { Workers = 0 } });
        RawPeer client = bench.ConnectClient();

        client.Send(0x8000_0001, CellCommand.Create2, RelayBench.AnyCreate.Encode());
        client.Send(0x8000_0001, CellCommand.Relay, Payload(3));

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(0x8000_0001));
    }

    [Fact]
    public async Task The_ninth_relay_early_cell_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync(); // one

        for (byte i = 0; i < 8; i++)
        {
            circuit.SendThrough(Payload(i), CellCommand.RelayEarly);
        }

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
        for (byte i = 0; i < 7; i++)
        {
            RawCell cell = await next.ReadAsync();
            if (cell.Command == CellCommand.Destroy)
            {
                return; // DESTROY overtakes what is queued
            }
        }

        Assert.Equal(DestroyReason.Protocol, await next.ReadDestroyAsync(nextId));
    }

    [Fact]
    public async Task Relay_early_towards_the_client_ends_the_circuit_in_both_directions()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync();

        next.Send(nextId, CellCommand.RelayEarly, Payload(1));

        Assert.Equal(DestroyReason.Protocol, await next.ReadDestroyAsync(nextId));
        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task A_destroy_goes_on_without_its_reason()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext();
        (RawCircuit first, uint firstNext) = await bench.ExtendAsync(client, next);
        (RawCircuit second, uint secondNext) = await bench.ExtendAsync(client, next, 0x8000_0002);

        client.Send(first.Id, CellCommand.Destroy, [(byte)DestroyReason.Timeout]);
        Assert.Equal(DestroyReason.Destroyed, await next.ReadDestroyAsync(firstNext));
        next.Send(secondNext, CellCommand.Destroy, [(byte)DestroyReason.Timeout]);
        Assert.Equal(DestroyReason.Destroyed, await client.ReadDestroyAsync(second.Id));
        Assert.Equal(0, bench.Circuits.Count);
    }

    [Fact]
    public async Task A_channel_that_closes_ends_its_circuits_on_the_others()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, _) = await bench.ExtendAsync();

        next.Close();

        Assert.Equal(DestroyReason.ChannelClosed, await client.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task A_channel_that_is_closed_ends_although_cells_have_arrived_that_nobody_reads()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        for (int i = 0; i < 10_000; i++)
        {
            client.Send(7, CellCommand.Relay, Payload(1));
        }

        await client.Channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(client.Channel.IsClosed);
    }

    [Fact]
    public async Task Truncate_gives_up_what_is_behind_and_the_circuit_can_be_extended_again()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync();

        circuit.Send(RelayCommand.Truncate, 0, [(byte)DestroyReason.Finished]);
        Assert.Equal(DestroyReason.Finished, await next.ReadDestroyAsync(nextId));
        (RelayCommand command, _, byte[] body) = await circuit.ReadAsync();
        Assert.Equal(RelayCommand.Truncated, command);
        Assert.Equal([(byte)DestroyReason.Requested], body);

        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);
        Assert.Equal(CellCommand.Create2, (await next.ReadAsync()).Command);
        circuit.Send(RelayCommand.Truncate, 0, []);
        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task Created2_that_was_not_asked_for_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync();

        next.Send(nextId, CellCommand.Created2, new Created2(new byte[64]).Encode());

        Assert.Equal(DestroyReason.Protocol, await next.ReadDestroyAsync(nextId));
        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task Created2_that_cannot_be_read_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);
        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);
        uint nextId = (await next.ReadAsync()).CircuitId;

        next.Send(nextId, CellCommand.Created2, [0xff, 0xff]);

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
        Assert.Equal(DestroyReason.Protocol, await next.ReadDestroyAsync(nextId));
    }

    [Fact]
    public async Task Extend2_in_a_plain_relay_cell_is_dropped()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);

        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend());

        await circuit.AssertAliveAsync();
    }

    [Theory]
    [InlineData("garbage", DestroyReason.Protocol)]
    [InlineData("zero identity", DestroyReason.Protocol)]
    [InlineData("private address", DestroyReason.Protocol)]
    [InlineData("mapped private address", DestroyReason.Protocol)]
    [InlineData("previous hop", DestroyReason.Protocol)]
    [InlineData("previous hop by Ed25519 alone", DestroyReason.Protocol)]
    [InlineData("ourselves", DestroyReason.ConnectFailed)]
    [InlineData("IPv6 only", DestroyReason.ConnectFailed)]
    [InlineData("nobody answers", DestroyReason.ChannelClosed)]
    public async Task A_refused_extension_ends_the_circuit(string what, DestroyReason reason)
    {
        await using var bench = new RelayBench();
        RawPeer previous = bench.ConnectRelay(5);
        RawCircuit circuit = await RawCircuit.CreateAsync(previous);
        PeerIdentity someone = RelayBench.Someone(33);

        circuit.Send(
            RelayCommand.Extend2,
            0,
            what switch
            {
                "garbage" => [1, 2, 3],
                "zero identity" => RelayBench.Extend(default(PeerIdentity)),
                "private address" => RelayBench.Extend(someone, IPEndPoint.Parse("192.168.1.1:9001")),
                "mapped private address" => RelayBench.Extend(someone, IPEndPoint.Parse("[::ffff:10.0.0.1]:9001")),
                "previous hop" => RelayBench.Extend(RelayBench.Someone(5)),
                "previous hop by Ed25519 alone" => RelayBench.Extend(new PeerIdentity(someone.RsaIdentity, RelayBench.Someone(5).Ed25519Identity)),
                "ourselves" => RelayBench.Extend(bench.Identity),
                "IPv6 only" => RelayBench.Extend(someone, IPEndPoint.Parse("[2a00::1]:9001")),
                _ => RelayBench.Extend(someone),
            },
            CellCommand.RelayEarly);

        Assert.Equal(reason, await previous.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task A_second_extension_ends_the_circuit()
    {
        await using var bench = new RelayBench();
        (RawPeer client, RawPeer next, RawCircuit circuit, uint nextId) = await bench.ExtendAsync();

        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);

        Assert.Equal(DestroyReason.Protocol, await client.ReadDestroyAsync(circuit.Id));
        Assert.Equal(DestroyReason.Protocol, await next.ReadDestroyAsync(nextId));
    }

    [Fact]
    public async Task The_consensus_fills_in_an_identity_that_the_client_left_out()
    {
        var known = new KnownRelay(RelayBench.Next, [new IPEndPoint(RelayBench.NextAddress, 9001)]);
        await using var bench = new RelayBench(relays: new KnownRelays([known], []));
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);
        var target = LinkSpecifiers.For(new IPEndPoint(RelayBench.NextAddress, 9001), RelayBench.Next.RsaIdentity, null, null);

        circuit.Send(RelayCommand.Extend2, 0, new Extend2(target, RelayBench.AnyCreate).Encode(), CellCommand.RelayEarly);

        Assert.Equal(CellCommand.Create2, (await next.ReadAsync()).Command);
    }

    [Fact]
    public async Task A_next_relay_that_does_not_answer_is_given_up_after_the_time_for_it()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);
        circuit.Send(RelayCommand.Extend2, 0, RelayBench.Extend(), CellCommand.RelayEarly);
        uint nextId = (await next.ReadAsync()).CircuitId;

        bench.Clock.Advance(TimeSpan.FromSeconds(60));
        bench.Circuits.CloseExpired();
        Assert.Equal(1, bench.Circuits.Count);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        bench.Circuits.CloseExpired();

        Assert.Equal(DestroyReason.Timeout, await client.ReadDestroyAsync(circuit.Id));
        Assert.Equal(DestroyReason.Timeout, await next.ReadDestroyAsync(nextId));
    }

    [Fact]
    public async Task An_idle_circuit_of_a_client_is_closed_and_one_of_a_relay_is_not()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        RawCircuit circuit = await RawCircuit.CreateAsync(client);
        await RawCircuit.CreateAsync(bench.ConnectRelay());

        bench.Clock.Advance(TimeSpan.FromSeconds(61));
        bench.Circuits.CloseExpired();

        Assert.Equal(DestroyReason.Finished, await client.ReadDestroyAsync(circuit.Id));
        Assert.Equal(1, bench.Circuits.Count);
    }

    [Fact]
    public async Task A_queue_longer_than_flow_control_allows_ends_the_circuit()
    {
        await using var bench = new RelayBench(channels: new ChannelOptions { MaxQueue = 300 });
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext(out MemoryTransport stalled);
        (RawCircuit circuit, _) = await bench.ExtendAsync(client, next);

        stalled.IsStalled = true;
        for (int i = 0; i < 1_000; i++)
        {
            circuit.SendThrough(Payload(1));
        }

        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(circuit.Id));
        await RawCircuit.HandledAsync(client);
        Assert.Equal(0, bench.Environment.Segments.SegmentsInUse);
    }

    [Fact]
    public async Task When_memory_runs_out_the_circuit_with_the_oldest_cell_is_closed()
    {
        await using var bench = new RelayBench(new RelayCircuitOptions { MaxQueueMemory = 600_000 });
        RawPeer client = bench.ConnectClient();
        RawPeer next = bench.ConnectNext(out MemoryTransport stalled);
        (RawCircuit oldest, _) = await bench.ExtendAsync(client, next);
        (RawCircuit newer, _) = await bench.ExtendAsync(client, next, 0x8000_0002);
        stalled.IsStalled = true;
        for (int i = 0; i < 400; i++) // fills the write that stalls, and then the queue
        {
            oldest.SendThrough(Payload(1));
        }

        await RawCircuit.HandledAsync(client);
        Assert.InRange(next.Channel.QueuedCells, 250, 400);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 900; i++)
        {
            newer.SendThrough(Payload(1));
        }

        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(oldest.Id));
        Assert.Equal(1, bench.Environment.Memory.Victims);
        Assert.Equal(2, bench.Circuits.Count);
        await RawCircuit.HandledAsync(client, 0xffff_fffe);
        Assert.InRange(bench.Environment.Memory.BytesInUse, 1, 600_000);
    }

    [Fact]
    public async Task Relaying_a_cell_allocates_nothing()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient("203.0.113.5", out MemoryTransport towardsClient);
        RawPeer next = bench.ConnectNext(out MemoryTransport towardsNext);
        await bench.ExtendAsync(client, next);
        RelayCircuit circuit = bench.Circuits.All.Single();
        towardsClient.Discards = true;
        towardsNext.Discards = true;
        var body = new byte[Cell.BodyLength];
        var batch = new ReceiveBatch();
        await RelayAsync(circuit.Previous, towardsNext, body, batch, 10_000); // queues take their room
        await RelayAsync(circuit.Next!, towardsClient, body, batch, 10_000);

        long allocated = await RelayAsync(circuit.Previous, towardsNext, body, batch, 100_000)
            + await RelayAsync(circuit.Next!, towardsClient, body, batch, 100_000);

        Assert.Equal(0, allocated);
        Assert.False(circuit.HasEnded);
    }

    /// <summary>
    /// As a receive loop does: a read's worth of cells, then a flush of whoever got some. The next read's worth comes when all are sent,
    /// so that no queue becomes longer because the machine is busy.
    /// </summary>
    /// <returns>Bytes allocated for the cells. The flush is left out: its state machine is an object in debug builds only.</returns>
    private static async Task<long> RelayAsync(ChannelCircuit place, MemoryTransport onwards, byte[] body, ReceiveBatch batch, int count)
    {
        const int Burst = 100;
        long allocated = 0;
        long discarded = onwards.Discarded;
        for (int i = 0; i < count; i += Burst)
        {
            int collections = GC.CollectionCount(0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int cell = 0; cell < Burst; cell++)
            {
                body[1] = 0xff;
                place.Endpoint.OnCell(place, CellCommand.Relay, body, batch);
            }

            long after = GC.GetAllocatedBytesForCurrentThread();
            allocated += GC.CollectionCount(0) == collections ? after - before : 0; // a collection counts the free rest of the thread's 8 KB as allocated
            batch.Flush();
            discarded += Burst * Cell.FixedLength;
            await onwards.WaitForDiscardedAsync(discarded);
        }

        return allocated;
    }

    private static byte[] Payload(byte seed)
    {
        var payload = new byte[Cell.BodyLength];
        new SeededRandomSource(seed).Fill(payload);
        payload[1] = 0xff; // not recognised by chance
        return payload;
    }
}
