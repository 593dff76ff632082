using Tunic.Tor.Protocol.Documents.Parameters;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class NetworkParametersTests
{
    [Fact]
    public void Without_a_consensus_defaults_hold()
    {
        NetworkParameters parameters = NetworkParameters.Default;

        Assert.Equal((1000, 10_000, 2, 3, 4), (parameters.CircuitWindow, parameters.BandwidthWeightScale, parameters.HiddenServiceReplicas,
            parameters.HiddenServiceSpreadFetch, parameters.HiddenServiceSpreadStore));
        Assert.Equal((TimeSpan.FromDays(28), TimeSpan.FromDays(7)), (parameters.OnionKeyRotation, parameters.OnionKeyGracePeriod));
        Assert.True(parameters.RefusesUnknownExits && parameters.UsesFamilyIds && parameters.UsesFamilyLists && !parameters.AllowsNetworkReentry);
    }

    [Theory]
    [InlineData(99, 100)]
    [InlineData(100, 100)]
    [InlineData(500, 500)]
    [InlineData(1001, 1000)]
    [InlineData(int.MinValue, 100)]
    public void Values_are_pushed_into_their_range(int given, int expected) =>
        Assert.Equal(expected, new NetworkParameters(new Dictionary<string, int> { ["circwindow"] = given }).CircuitWindow);

    [Fact]
    public void The_grace_period_is_never_longer_than_the_rotation()
    {
        var parameters = new NetworkParameters(new Dictionary<string, int> { ["onion-key-rotation-days"] = 3, ["onion-key-grace-period-days"] = 9 });

        Assert.Equal(TimeSpan.FromDays(3), parameters.OnionKeyGracePeriod);
    }
}
