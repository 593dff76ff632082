using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay.Circuits;

/// <summary>Who pays when the memory for queues runs out: whoever holds the oldest of it, wherever it is.</summary>
public sealed class QueuedMemoryTests
{
    private const int CellsPerStream = 400;
    private const int BytesPerStream = CellsPerStream * 498;

    [Fact]
    public async Task Data_that_nobody_reads_is_dropped_with_its_circuit_and_newer_circuits_live_on()
    {
        await using RelayBench bench = CreateBench(limit: BytesPerStream * 3 / 2, out SlowDirectory directory);
        using IDisposable end = directory;
        RawPeer client = bench.ConnectClient();
        RawCircuit oldest = await FillAsync(client);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        RawCircuit newer = await FillAsync(bench.ConnectClient());

        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(oldest.Id));
        await newer.AssertAliveAsync();
        Assert.Equal(1, bench.Environment.Memory.Victims);
        Assert.InRange(bench.Environment.Memory.BytesInUse, BytesPerStream, BytesPerStream * 3 / 2);
    }

    [Fact]
    public async Task Data_that_waits_after_the_end_of_its_circuit_is_dropped_before_a_newer_circuit_is_closed()
    {
        await using RelayBench bench = CreateBench(limit: BytesPerStream * 3 / 2, out SlowDirectory directory);
        using IDisposable end = directory;
        RawPeer client = bench.ConnectClient();
        RawCircuit gone = await FillAsync(client);
        client.Send(gone.Id, CellCommand.Destroy, [(byte)DestroyReason.Finished]);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        await RawCircuit.HandledAsync(client);
        RawCircuit newer = await FillAsync(bench.ConnectClient());

        await newer.AssertAliveAsync();
        Assert.Equal(2, bench.Circuits.Count);
        Assert.InRange(bench.Environment.Memory.BytesInUse, BytesPerStream, BytesPerStream * 3 / 2);
    }

    [Fact]
    public async Task A_byte_that_waits_counts_with_the_block_it_is_in()
    {
        await using RelayBench bench = CreateBench(limit: 1 << 20, out SlowDirectory directory);
        using IDisposable end = directory;
        RawCircuit circuit = await FillAsync(bench.ConnectClient(), cells: 1, bytes: 1);
        await circuit.AssertAliveAsync();

        Assert.Equal(4096, bench.Environment.Memory.BytesInUse);
    }

    [Fact]
    public async Task Destroys_that_wait_are_counted_and_take_little()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient("203.0.113.5", out MemoryTransport transport);
        await StallAsync(client, transport);
        long before = bench.Environment.Memory.BytesInUse;

        QueueDestroys(client, 10_000);

        Assert.Equal(before + (10_000 * 16), bench.Environment.Memory.BytesInUse);
        await client.Channel.DisposeAsync();
        Assert.Equal(0, bench.Environment.Memory.BytesInUse);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public async Task More_destroys_than_may_wait_close_the_channel(int count, bool isClosed)
    {
        await using var bench = new RelayBench(channels: new ChannelOptions { MaxDestroyQueue = 100 });
        RawPeer client = bench.ConnectClient("203.0.113.5", out MemoryTransport transport);
        await StallAsync(client, transport);

        QueueDestroys(client, count);

        Assert.Equal(isClosed, client.Channel.IsClosed);
    }

    [Fact]
    public async Task A_channel_that_is_stuck_is_closed_when_memory_runs_out_and_its_destroys_are_the_oldest()
    {
        await using RelayBench bench = CreateBench(limit: BytesPerStream * 3 / 2, out SlowDirectory directory);
        using IDisposable end = directory;
        RawPeer stuck = bench.ConnectClient("203.0.113.5", out MemoryTransport transport);
        await StallAsync(stuck, transport);
        QueueDestroys(stuck, BytesPerStream / 16);
        bench.Clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromTicks(1));

        RawCircuit newer = await FillAsync(bench.ConnectClient());

        await stuck.Channel.Completion;
        Assert.IsType<IOException>(stuck.Channel.CloseReason);
        await newer.AssertAliveAsync();
    }

    [Fact]
    public async Task A_channel_that_is_slow_is_not_closed_for_its_memory_while_circuits_hold_cells_not_much_younger()
    {
        await using RelayBench bench = CreateBench(limit: BytesPerStream * 3 / 2, out SlowDirectory directory);
        using IDisposable end = directory;
        RawPeer slow = bench.ConnectClient("203.0.113.5", out MemoryTransport transport);
        await StallAsync(slow, transport);
        bench.Clock.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1));
        RawPeer client = bench.ConnectClient();
        RawCircuit oldest = await FillAsync(client);
        bench.Clock.Advance(TimeSpan.FromTicks(1));

        await FillAsync(bench.ConnectClient());

        Assert.Equal(DestroyReason.ResourceLimit, await client.ReadDestroyAsync(oldest.Id));
        Assert.False(slow.Channel.IsClosed);
    }

    [Fact]
    public async Task A_channel_whose_peer_takes_nothing_is_closed_after_the_time_for_it()
    {
        await using var bench = new RelayBench(channels: new ChannelOptions { StuckTimeout = TimeSpan.FromMinutes(50) });
        RawPeer client = bench.ConnectClient("203.0.113.5", out MemoryTransport transport);
        await StallAsync(client, transport);
        Assert.Equal(CellFormat.Wide.FixedCellLength, bench.Environment.Memory.BytesInUse); // what the network has not taken

        bench.Clock.Advance(TimeSpan.FromMinutes(50) - TimeSpan.FromTicks(1));
        client.Channel.CloseIfStuck();
        Assert.False(client.Channel.IsClosed);
        bench.Clock.Advance(TimeSpan.FromTicks(1));
        client.Channel.CloseIfStuck();

        Assert.True(client.Channel.IsClosed);
        await client.Channel.Completion;
        Assert.Equal(0, bench.Environment.Memory.BytesInUse);
    }

    [Fact]
    public async Task A_channel_on_which_nothing_waits_is_never_stuck()
    {
        await using var bench = new RelayBench();
        RawPeer client = bench.ConnectClient();
        await RawCircuit.HandledAsync(client);

        bench.Clock.Advance(TimeSpan.FromDays(1));
        client.Channel.CloseIfStuck();

        Assert.False(client.Channel.IsClosed);
    }

    private static RelayBench CreateBench(long limit, out SlowDirectory directory)
    {
        directory = new SlowDirectory();
        return new RelayBench(new RelayCircuitOptions { MaxQueueMemory = limit }, directory: directory.ServeAsync);
    }

    /// <summary>A circuit with a stream whose data waits.</summary>
    private static async Task<RawCircuit> FillAsync(RawPeer client, int cells = CellsPerStream, int bytes = 498)
    {
        RawCircuit circuit = await RawCircuit.CreateAsync(client);
        circuit.Send(RelayCommand.BeginDir, 1, []);
        Assert.Equal(RelayCommand.Connected, (await circuit.ReadAsync()).Command);
        for (int i = 0; i < cells; i++)
        {
            circuit.Send(RelayCommand.Data, 1, new byte[bytes]);
        }

        for (int i = 0; i < cells / 100; i++)
        {
            Assert.Equal(RelayCommand.Sendme, (await circuit.ReadAsync()).Command);
        }

        return circuit;
    }

    /// <summary>From here on the peer reads nothing, and one cell is on its way to him.</summary>
    private static async Task StallAsync(RawPeer peer, MemoryTransport transport)
    {
        transport.IsStalled = true;
        peer.Send(0x8000_0001, CellCommand.CreateFast, new byte[20]);
        await transport.Stuck;
    }

    private static void QueueDestroys(RawPeer peer, int count)
    {
        for (uint i = 0; i < count; i++)
        {
            peer.Channel.QueueDestroy(i + 1, DestroyReason.ResourceLimit);
        }
    }

    /// <summary>Reads nothing, not even when a stream has ended, until the end of the test.</summary>
    private sealed class SlowDirectory : IDisposable
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task ServeAsync(Stream stream, DirectoryStreamOrigin origin, CancellationToken cancel) => _end.Task;

        public void Dispose() => _end.TrySetResult();
    }
}
