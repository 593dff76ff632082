using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Tor.Client.Liveness;

public class LivenessSimulationTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    private readonly LivenessSimulation _network = new();

    [Fact]
    public void A_killed_relay_is_out_of_the_path_choice_within_six_seconds_and_a_restarted_one_is_back_within_three()
    {
        _network.Start();
        Assert.Empty(_network.Client.Down);
        _network.Kill(4);
        Assert.InRange(PassUntilDown(4), TimeSpan.FromSeconds(2.9), Limit);
        Assert.DoesNotContain(LivenessSimulation.Relay(4), Chosen());
        Assert.Contains(_network.Log.All, line => line.StartsWith("The relay relay7 ", StringComparison.Ordinal) && line.Contains(" of 3 authorities", StringComparison.Ordinal));
        _network.Restart(4);
        Assert.True(_network.PassUntil(() => _network.Client.Down.Count == 0, Limit) <= TimeSpan.FromSeconds(3));
        Assert.Contains(LivenessSimulation.Relay(4), Chosen());
    }

    [Fact]
    public void A_relay_that_leaves_is_out_at_once()
    {
        _network.Start();
        _network.Leave(5);
        Assert.True(PassUntilDown(5) <= TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public void Two_authorities_of_three_are_enough_and_one_is_not()
    {
        _network.Unreachable.Add(2);
        _network.Start();
        _network.Kill(3);
        Assert.True(PassUntilDown(3) < Limit);
        _network.Unreachable.Add(1);
        _network.Kill(4);
        Assert.Equal(TimeSpan.FromSeconds(20), _network.PassUntil(() => _network.Client.Down.Contains(LivenessSimulation.Relay(4)), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void When_the_authorities_fall_silent_the_consensus_alone_counts() // 30 s after the last document, of which one more is on its way
    {
        _network.Start();
        _network.Kill(3);
        Assert.True(PassUntilDown(3) < Limit);
        _network.Unreachable.UnionWith([0, 1, 2]);
        Assert.InRange(_network.PassUntil(() => _network.Client.Down.Count == 0, TimeSpan.FromMinutes(1)), TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(42));
    }

    [Fact]
    public void When_half_the_network_dies_at_once_nobody_is_marked_for_long()
    {
        _network.Start();
        Array.ForEach([1, 2, 3, 4, 5], _network.Kill);
        _network.Pass(Limit);
        Assert.Empty(_network.Client.Down);
        _network.Pass(Limit);
        Assert.Empty(_network.Client.Down);
    }

    [Fact]
    public void A_guard_that_is_down_is_skipped_and_is_a_guard_again_afterwards()
    {
        _network.Start();
        RsaIdentity guard = Select().Hops[0].RsaIdentity;
        int number = Enumerable.Range(0, LivenessSimulation.RelayCount).First(each => LivenessSimulation.Relay(each) == guard);
        _network.Kill(number);
        Assert.True(PassUntilDown(number) < Limit);
        Assert.NotEqual(guard, Select().Hops[0].RsaIdentity);
        _network.Restart(number);
        _network.PassUntil(() => _network.Client.Down.Count == 0, Limit);
        Assert.Equal(guard, Select().Hops[0].RsaIdentity);
    }

    private TimeSpan PassUntilDown(int relay) => _network.PassUntil(() => _network.Client.Down.Contains(LivenessSimulation.Relay(relay)), TimeSpan.FromSeconds(10));

    private CircuitPath Select()
    {
        PathResult result = _network.Planner.Select(new PathRequest { Ports = [new ExitPort(443)] });
        Assert.True(result.IsFound, $"{result.Failure}");
        return result.Path!;
    }

    private HashSet<RsaIdentity> Chosen() => [.. Enumerable.Range(0, 200).SelectMany(_ => Select().Hops).Select(relay => relay.RsaIdentity)];
}
