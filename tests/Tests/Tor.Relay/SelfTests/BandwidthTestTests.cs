using System.Net;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Network.Circuits;
using Tunic.Tests.Tor.Protocol.Links;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Relay.SelfTests;

namespace Tunic.Tests.TorRelay.SelfTests;

/// <summary>A relay's bandwidth test over real circuits in memory, which end at a relay beside it.</summary>
public sealed class BandwidthTestTests : IAsyncDisposable
{
    private const int Circuits = 4;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new(TestRelay.Now);
    private readonly RelayBench _bench = new();
    private readonly List<OriginCircuit> _built = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<int> _told = new();
    private ChannelPair _pair = null!;
    private Task _running = Task.CompletedTask;

    [Theory]
    [InlineData(5_140, 100)] // ten seconds of the rate
    [InlineData(5_000_000, 1_000)] // stock's circuit window
    public async Task It_sends_ten_seconds_of_the_rate_but_no_more_than_a_circuit_window_and_tells_what_arrived(int rate, int cells)
    {
        _pair = await ChannelPair.OpenAsync(_bench.Circuits);
        long before = await StartAsync(rate);

        await Eventually.HoldsAsync(() => _pair.Bandwidth.CellsReceived - before >= cells && _time.Waiting == 1);
        Assert.All(_built, circuit => Assert.False(circuit.HasEnded));
        _time.Advance(Window);

        Assert.Equal(cells * Cell.FixedLength / 10, await _told.Task.WaitAsync(Limit));
        await Eventually.HoldsAsync(() => _built.TrueForAll(circuit => circuit.HasEnded));
        await Eventually.HoldsAsync(() => _pair.Bandwidth.CellsReceived - before >= cells + Circuits);
        Assert.Equal(cells + Circuits, _pair.Bandwidth.CellsReceived - before); // a DESTROY each
    }

    [Fact]
    public async Task Circuits_that_have_no_room_end_and_what_arrived_through_them_counts()
    {
        _pair = await ChannelPair.OpenAsync(_bench.Circuits, new ChannelOptions { MaxQueue = 20 });
        await StartAsync(rate: 5_000_000, stalls: true);

        await Eventually.HoldsAsync(() => _built.Count == Circuits && _built.TrueForAll(circuit => circuit.HasEnded));
        await Eventually.HoldsAsync(() => _time.Waiting == 1);
        _time.Advance(Window);

        Assert.InRange(await _told.Task.WaitAsync(Limit), 0, 50 * Cell.FixedLength);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pair.DisposeAsync();
        await _bench.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Starts, and waits until the circuits are there.</summary>
    /// <returns>The cells that had been received by then.</returns>
    private async Task<long> StartAsync(int rate, bool stalls = false)
    {
        var ready = new TaskCompletionSource<long>();
        var port = new IPEndPoint(IPAddress.Loopback, 9001);
        var test = new RelaySelfTest(new SelfTestEnvironment
        {
            Ports = () => [port],
            Target = _ => TestCircuits.Target(_bench),
            IsAssumed = _ => true,
            BandwidthRate = rate,
            BytesRead = () =>
            {
                ready.TrySetResult(_pair.Bandwidth.CellsReceived);
                return _pair.Bandwidth.BytesRead;
            },
            ObservedBandwidth = () => 0,
            OnBandwidth = shown => _told.TrySetResult(shown),
            OnReachable = () => { },
            Time = _time,
            Log = new LogLines(),
        });
        _running = test.RunAsync(new MemoryCircuits(this, stalls), _stop.Token);
        return await ready.Task;
    }

    private sealed class MemoryCircuits(BandwidthTestTests test, bool stalls) : ISelfTestCircuits
    {
        public Task Ready => Task.CompletedTask;

        public async Task<OriginCircuit> BuildToAsync(HopTarget end, CancellationToken cancel)
        {
            OriginCircuit circuit = await TestCircuits.CreateAsync(test._bench, test._pair);
            test._built.Add(circuit);
            if (stalls && test._built.Count == Circuits)
            {
                test._pair.ClientTransport.IsStalled = true;
            }

            return circuit;
        }
    }
}
