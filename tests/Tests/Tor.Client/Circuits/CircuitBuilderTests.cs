using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Paths;
using Tunic.Tests.TorRelay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Client.Circuits;

/// <summary>How long a build may take, and what one that comes to nothing says about its guard. Pool, builder and planner are real; no relay is.</summary>
public sealed class CircuitBuilderTests : IAsyncDisposable
{
    private static readonly CircuitRequest Request = new(new ExitPort(443), IsolationKey.None);

    private readonly ManualTime _time = new(TestNetwork.Start);
    private readonly PathPlanner _planner;
    private readonly CircuitPool _pool;
    private readonly ChannelTable _channels;
    private readonly CircuitBuilder _builder;
    private readonly Connector _connector = new();
    private readonly TaskCompletionSource<CircuitPath> _begun = new();
    private readonly TaskCompletionSource _ended = new();

    public CircuitBuilderTests()
    {
        var options = new ClientOptions { SpareCircuits = 0 };
        _planner = new PathPlanner(options, isPrivateNetwork: true, _time, new SeededRandomSource(1));
        _planner.Update(TestNetwork.OfStockTests().View());
        _channels = new ChannelTable(_connector, () => ChannelIdentity.Anonymous, acceptor: null, ChannelPair.CreateEnvironment(_time));
        var random = new SeededRandomSource(2);
        _builder = new CircuitBuilder(
            _channels, new CircuitEnvironment(random, random, _time, () => new CircuitEdgeSettings { Role = CircuitRole.Origin }), _planner, new CircuitRegister(_time), _time);
        _pool = new CircuitPool(options, BuildAsync, _planner, _time, NullLogger.Instance);
    }

    private RsaIdentity NextGuard => _planner.Select(new PathRequest { Length = 3, Ports = [Request.Port] }).Path!.GuardUse!.Guard.Identity;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_guard_is_not_blamed_for_a_build_that_is_given_up_because_another_relay_of_its_path_is_down(int hop)
    {
        Task<PooledCircuit> request = _pool.GetAsync(Request, TestContext.Current.CancellationToken);
        CircuitPath path = await _begun.Task;
        Predicate<Relay> isDown = relay => relay.RsaIdentity == path.Hops[hop].RsaIdentity;

        _planner.MarkDown(isDown);
        _pool.Avoid(isDown);
        await _ended.Task;

        Assert.Equal(path.Hops[0].RsaIdentity, NextGuard);
        Assert.False(request.IsCompleted);
    }

    [Fact]
    public async Task A_guard_that_cannot_be_reached_is_blamed()
    {
        _ = _pool.GetAsync(Request, TestContext.Current.CancellationToken);
        CircuitPath path = await _begun.Task;

        _connector.Refuse();
        await _ended.Task;

        Assert.NotEqual(path.Hops[0].RsaIdentity, NextGuard);
    }

    [Theory]
    [InlineData(2, 60)]
    [InlineData(3, 60)]
    [InlineData(8, 360)]
    public async Task A_longer_path_has_more_time(int length, int seconds)
    {
        CircuitPath path = _planner.Select(new PathRequest { Length = length, Ports = [Request.Port] }).Path!;
        Task build = _builder.BuildAsync(path, new CongestionControlParameters(), TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.False(build.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        CircuitBuildException failure = await Assert.ThrowsAsync<CircuitBuildException>(() => build);
        Assert.EndsWith($"no answer within {seconds} s", failure.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        await _channels.DisposeAsync();
    }

    /// <summary>Builds, and tells of the first build.</summary>
    private async Task<(OriginCircuit Circuit, GuardVerdict Verdict)> BuildAsync(
        CircuitPath path, CongestionControlParameters congestion, CancellationToken cancel)
    {
        _begun.TrySetResult(path);
        try
        {
            return await _builder.BuildAsync(path, congestion, cancel);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Nobody answers, until it refuses.</summary>
    private sealed class Connector : IRelayConnector
    {
        private readonly TaskCompletionSource<ChannelTransport> _answer = new();

        public Task<ChannelTransport> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel) => _answer.Task.WaitAsync(cancel);

        internal void Refuse() => _answer.SetException(new IOException("refused"));
    }
}
