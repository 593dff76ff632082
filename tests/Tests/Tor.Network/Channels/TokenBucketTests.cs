using Tunic.Tor.Network.Channels;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class TokenBucketTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void A_burst_is_there_at_once_and_the_rest_comes_with_time()
    {
        var bucket = new TokenBucket(ratePerSecond: 2, burst: 3, Start);

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(Start)));
        Assert.False(bucket.TryTake(Start + TimeSpan.FromSeconds(0.4)));
        Assert.True(bucket.TryTake(Start + TimeSpan.FromSeconds(0.5)));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(Start + TimeSpan.FromDays(1))));
    }

    [Fact]
    public void A_debt_is_paid_before_anything_is_given()
    {
        var bucket = new TokenBucket(ratePerSecond: 1000, burst: 1000, Start);

        bucket.Take(3000, Start);

        Assert.Equal(2.001, bucket.GetWait(Start).TotalSeconds, 6);
        Assert.False(bucket.TryTake(Start + TimeSpan.FromSeconds(2)));
        Assert.True(bucket.TryTake(Start + TimeSpan.FromSeconds(2.001)));
    }

    [Fact]
    public void A_clock_that_goes_back_gives_nothing()
    {
        var bucket = new TokenBucket(ratePerSecond: 1, burst: 1, Start);

        Assert.True(bucket.TryTake(Start));
        Assert.False(bucket.TryTake(Start - TimeSpan.FromSeconds(100)));
        Assert.False(bucket.TryTake(Start));
    }

    [Fact]
    public void A_new_burst_cuts_what_is_there()
    {
        var bucket = new TokenBucket(ratePerSecond: 1, burst: 100, Start);

        bucket.Configure(ratePerSecond: 1, burst: 1, Start);

        Assert.True(bucket.TryTake(Start));
        Assert.False(bucket.TryTake(Start));
    }
}
