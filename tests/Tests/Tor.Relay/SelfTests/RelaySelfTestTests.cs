using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.Tor.Protocol.Links;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Relay.SelfTests;

namespace Tunic.Tests.TorRelay.SelfTests;

/// <summary>When a relay tests itself, and what it says; <see cref="BandwidthTestTests"/> has the cells.</summary>
public sealed class RelaySelfTestTests : IAsyncDisposable
{
    private static readonly IPEndPoint Port = new(IPAddress.Loopback, 9001);

    private readonly ManualTime _time = new(TestRelay.Now);
    private readonly LogLines _log = new();
    private readonly NoCircuits _circuits = new();
    private readonly CancellationTokenSource _stop = new();
    private int _told;
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task It_tries_each_minute_and_complains_after_twenty()
    {
        RelaySelfTest test = Start(new Case());
        Assert.Contains(
            "Now checking whether IPv4 ORPort 127.0.0.1:9001 is reachable... (this may take up to 20 minutes -- look for log messages indicating success)", _log.All);
        for (int minute = 1; minute < 20; minute++)
        {
            await Eventually.HoldsAsync(() => _circuits.Asked == minute && _time.Waiting == 2);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await Eventually.HoldsAsync(() => _circuits.Asked == 20 && _time.Waiting == 2);
        Assert.Empty(_log.Warnings);
        Assert.False(test.IsReachable);

        _time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync(() => _log.Warnings.Any());
        Assert.StartsWith("Your server has not managed to confirm reachability for its ORPort(s) at 127.0.0.1:9001. Relays do not publish", _log.Warnings.Single());
    }

    [Fact]
    public async Task A_circuit_that_comes_in_ends_the_test()
    {
        RelaySelfTest test = Start(new Case());
        await Eventually.HoldsAsync(() => _circuits.Asked == 1);
        await using ChannelPair pair = await ChannelPair.OpenAsync(new RecordingEndpoint(), time: _time);

        test.OnCircuit(pair.Client); // our own
        Assert.False(test.IsReachable);

        test.OnCircuit(pair.Relay);
        test.OnCircuit(pair.Relay);
        Assert.True(test.IsReachable);
        Assert.Equal(1, _told);
        Assert.Single(_log.All, "Self-testing indicates your ORPort 127.0.0.1:9001 is reachable from the outside. Excellent. Publishing server descriptor.");

        await _running; // nothing is left to be done
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task A_port_that_the_operator_vouches_for_is_neither_tested_nor_told_of()
    {
        RelaySelfTest test = Start(new Case { IsAssumed = true });

        Assert.True(test.IsReachable);
        await _running;
        Assert.Equal(0, _circuits.Asked + _told);
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task It_ends_when_there_will_never_be_circuits()
    {
        _circuits.Ready = Task.FromException(new CircuitEndedException(ErrorKind.ShuttingDown, "stopped"));
        RelaySelfTest test = Start(new Case());

        await _running;
        Assert.False(test.IsReachable);
        Assert.Empty(_log.All);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(60_000, false)]
    public async Task Bandwidth_is_tested_only_when_little_has_been_seen(int observed, bool tests)
    {
        _ = Start(new Case { IsAssumed = true, Tests = true, Observed = observed });

        await Eventually.HoldsAsync(() => _time.Waiting > 0);
        Assert.Equal(tests ? 4 : 0, _circuits.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private RelaySelfTest Start(Case bandwidth)
    {
        var test = new RelaySelfTest(new SelfTestEnvironment
        {
            Ports = () => [Port],
            Target = port => new HopTarget
            {
                RsaIdentity = TestRelay.A.RsaIdentity.PublicKey.Identity,
                Specifiers = LinkSpecifiers.For(port, TestRelay.A.RsaIdentity.PublicKey.Identity, null, null),
            },
            IsAssumed = _ => bandwidth.IsAssumed,
            CountsLocalPeers = true,
            TestsBandwidth = bandwidth.Tests,
            BandwidthRate = 1_000_000,
            BytesRead = () => 0,
            ObservedBandwidth = () => bandwidth.Observed,
            OnBandwidth = _ => { },
            OnReachable = () => _told++,
            Time = _time,
            Log = _log,
        });
        _running = test.RunAsync(_circuits, _stop.Token);
        return test;
    }

    private sealed record Case
    {
        internal bool IsAssumed { get; init; }

        internal bool Tests { get; init; }

        internal int Observed { get; init; }
    }

    /// <summary>There are not enough relays for a circuit.</summary>
    private sealed class NoCircuits : ISelfTestCircuits
    {
        private int _asked;

        public Task Ready { get; set; } = Task.CompletedTask;

        internal int Asked => Volatile.Read(ref _asked);

        public Task<OriginCircuit> BuildToAsync(HopTarget end, CancellationToken cancel)
        {
            Interlocked.Increment(ref _asked);
            throw new CircuitEndedException(ErrorKind.RemoteUnreachable, "nobody there");
        }
    }
}
