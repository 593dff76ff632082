using Tunic.Tor.Client.Circuits;

namespace Tunic.Tests.Tor.Client.Circuits;

public sealed class CircuitBuildPaceTests
{
    private readonly CircuitBuildPace _pace = new();

    [Fact]
    public void Builds_pause_after_three_failures_until_the_next_second()
    {
        _pace.OnFailed(1, lastNumber: 1);
        _pace.OnFailed(2, lastNumber: 2);
        Assert.True(_pace.Allows);

        _pace.OnFailed(3, lastNumber: 3);
        Assert.False(_pace.Allows);

        _pace.OnSecond();
        Assert.True(_pace.Allows);
    }

    [Fact]
    public void Builds_that_ran_at_the_same_time_are_one_failure()
    {
        for (int number = 1; number <= 14; number++)
        {
            _pace.OnFailed(number, lastNumber: 14);
        }

        Assert.True(_pace.Allows);
    }

    [Fact]
    public void A_circuit_that_is_built_ends_the_row()
    {
        _pace.OnFailed(1, lastNumber: 1);
        _pace.OnFailed(2, lastNumber: 2);
        _pace.OnBuilt();
        _pace.OnFailed(4, lastNumber: 4);

        Assert.True(_pace.Allows);
    }

    [Fact]
    public void Without_a_guard_there_is_a_pause_at_once()
    {
        _pace.OnNoGuard();

        Assert.False(_pace.Allows);
    }
}
