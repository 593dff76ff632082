using Tunic.Tests.Simulation;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Network.Circuits;

public sealed class OriginCircuitTests
{
    [Theory]
    [InlineData("stream")]
    [InlineData("hop")]
    [InlineData("drop")]
    public async Task A_circuit_ends_when_its_channel_has_no_room_for_a_new_(string what)
    {
        await using var bench = new RelayBench();
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits, new ChannelOptions { MaxQueue = 2 });
        OriginCircuit circuit = await TestCircuits.CreateAsync(bench, pair);
        pair.ClientTransport.IsStalled = true;
        for (int i = 0; i < 3; i++) // one is written, and two wait
        {
            circuit.Begin(new Begin("192.0.2.1", 80), continueInline: false);
        }

        var failure = await Assert.ThrowsAsync<CircuitEndedException>(async () =>
        {
            if (what == "stream")
            {
                circuit.Begin(new Begin("192.0.2.1", 80), continueInline: false);
            }
            else if (what == "drop")
            {
                circuit.SendDrops(1);
            }
            else
            {
                await circuit.ExtendAsync(TestCircuits.Target(bench), CancellationToken.None);
            }
        });

        Assert.True(circuit.HasEnded);
        Assert.Same(failure.InnerException, circuit.EndCause);
        Assert.Equal(0, pair.Client.CircuitCount);
    }

    [Fact]
    public async Task A_relay_that_breaks_the_rules_is_not_told_that_it_does()
    {
        await using var bench = new RelayBench();
        var relay = new RecordingEndpoint();
        await using ChannelPair pair = await ChannelPair.OpenAsync(relay);
        Task<OriginCircuit> creating = TestCircuits.CreateAsync(bench, pair);
        Assert.StartsWith("CreateFast ", await relay.NextAsync(), StringComparison.Ordinal);

        relay.Accepted!.Send(CellCommand.Relay, new byte[Cell.BodyLength], TimeSpan.Zero);
        pair.Relay.Flush();

        Assert.Equal("ended None", await relay.NextAsync());
        await Assert.ThrowsAsync<CircuitProtocolException>(() => creating);
    }

    [Fact]
    public async Task What_all_streams_together_have_received_is_bounded_and_the_circuit_that_waits_longest_pays()
    {
        const int Sent = 200_000;
        using var written = new SemaphoreSlim(0);
        await using var bench = new RelayBench(directory: async (stream, _, cancel) =>
        {
            await stream.WriteAsync(new byte[Sent], cancel);
            written.Release();
        });
        await using ChannelPair pair = await ChannelPair.OpenAsync(bench.Circuits, queueMemory: Sent * 3 / 2);
        OriginCircuit oldest = await TestCircuits.CreateAsync(bench, pair);
        OriginCircuit newer = await TestCircuits.CreateAsync(bench, pair);

        TorStream lost = await ReceiveAsync(oldest, written);
        TorStream kept = await ReceiveAsync(newer, written);

        await oldest.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(newer.HasEnded);
        Assert.InRange(pair.Client.Memory.BytesInUse, Sent, Sent * 3 / 2);
        await Assert.ThrowsAsync<IOException>(() => lost.ReadExactlyAsync(new byte[1]).AsTask());
        await kept.ReadExactlyAsync(new byte[Sent]);
        Assert.InRange(pair.Client.Memory.BytesInUse, 0, 64 * 1024);
    }

    /// <summary>A stream on which everything has arrived, and nobody has read.</summary>
    private static async Task<TorStream> ReceiveAsync(OriginCircuit circuit, SemaphoreSlim written)
    {
        TorStream stream = circuit.OpenDirectory();
        Assert.True(await written.WaitAsync(TimeSpan.FromSeconds(10)));
        await circuit.ResolveAsync(new Resolve("127.0.0.1"), CancellationToken.None);
        return stream;
    }
}
