using Tunic.Tor.Client;

namespace Tunic.Tests.Tor.Client;

public sealed class ClientOptionsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void A_path_has_two_to_eight_hops(int hops) => Assert.Equal(hops, new ClientOptions { PathLength = hops }.PathLength);

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(9)]
    public void Other_lengths_are_refused(int hops) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClientOptions { PathLength = hops });
}
