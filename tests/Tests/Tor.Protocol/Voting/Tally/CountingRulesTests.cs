using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tests.Tor.Protocol.Voting.Tally;

public class CountingRulesTests
{
    private static readonly string[] ParameterVotes =
    [
        "ab=90 abcd=20 cw=50 x-yz=-99",
        "ab=27 cw=5 x-yz=88",
        "abcd=20 c=60 cw=500 x-yz=-9 zzzzz=101",
        "ab=900 abcd=200 c=1 cw=51 x-yz=100",
    ];

    // src/test/test_dir.c, test_dir_param_voting
    [Theory]
    [InlineData(1, 2, "")]
    [InlineData(1, 1, "ab=90 abcd=20 cw=50 x-yz=-99")]
    [InlineData(2, 2, "ab=27 cw=5 x-yz=-99")]
    [InlineData(2, 3, "ab=27 cw=5 x-yz=-99")]
    [InlineData(2, 6, "")]
    [InlineData(3, 3, "ab=27 abcd=20 cw=50 x-yz=-9")]
    [InlineData(3, 5, "cw=50 x-yz=-9")]
    [InlineData(3, 9, "cw=50 x-yz=-9")]
    [InlineData(4, 4, "ab=90 abcd=20 cw=50 x-yz=-9")]
    [InlineData(4, 6, "ab=90 abcd=20 cw=50 x-yz=-9")]
    [InlineData(4, 10, "ab=90 abcd=20 cw=50 x-yz=-9")]
    public void Parameters_need_half_of_the_authorities_or_three(int votes, int authorities, string expected)
    {
        var computed = ParameterVoting.Compute(ParameterVotes[..votes].Select(ParsePairs), authorities);
        Assert.Equal(expected, string.Join(' ', computed.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Fact]
    public void Parameters_are_ordered_as_stock_tor_orders_the_whole_text()
    {
        var computed = ParameterVoting.Compute([ParsePairs("ab=1 ab1=2 abc=3")], 1);
        Assert.Equal(["ab1", "ab", "abc"], computed.Select(pair => pair.Key));
    }

    // src/test/test_protover.c, test_protover_vote
    [Theory]
    [InlineData(1, "", "")]
    [InlineData(1, "Foo=1-10,63 Bar=1,3-7,8", "Bar=1,3-8 Foo=1-10,63")]
    [InlineData(1, "Foo=1-10,63 Bar=1,3-7,8|Quux=12-45 Bar=2-6,8 Foo=9", "Bar=1-8 Foo=1-10,63 Quux=12-45")]
    [InlineData(2, "Foo=1-10,63 Bar=1,3-7,8|Quux=12-45 Bar=2-6,8 Foo=9", "Bar=3-6,8 Foo=9")]
    [InlineData(3, "Foo=1-10,63 Bar=1,3-7,8|Quux=12-45 Bar=2-6,8 Foo=9", "")]
    [InlineData(2, "Foo=1 Foo=1|Bar=1-2,2-3", "")]
    [InlineData(1, "Faux=10-5", "")]
    [InlineData(1, "Faux=-0", "")]
    [InlineData(1, "Sleen=1-63", "Sleen=1-63")]
    public void Protocol_versions_need_enough_votes(int threshold, string votes, string expected) =>
        Assert.Equal(expected, ProtocolVersionVoting.Compute(votes.Split('|'), threshold));

    // src/test/test_dir.c, test_dir_networkstatus_compute_bw_weights_v10
    [Theory]
    [InlineData(10, 1, 10, 1, "Wbd=3333 Wbe=3000 Wbg=3000 Wbm=10000 Wdb=10000 Web=10000 Wed=3333 Wee=7000 Weg=3333 Wem=7000 Wgb=10000 Wgd=3333 Wgg=7000 Wgm=7000 Wmb=10000 Wmd=3333 Wme=3000 Wmg=3000 Wmm=10000")]
    [InlineData(20, 100, 5, 5, "Wbd=0 Wbe=0 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 Wee=10000 Weg=10000 Wem=10000 Wgb=10000 Wgd=0 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=0 Wme=0 Wmg=0 Wmm=10000")]
    [InlineData(5, 100, 20, 5, "Wbd=0 Wbe=0 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=0 Wee=10000 Weg=0 Wem=10000 Wgb=10000 Wgd=10000 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=0 Wme=0 Wmg=0 Wmm=10000")]
    [InlineData(10, 10, 30, 100, "Wbd=4000 Wbe=0 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=2000 Wee=10000 Weg=2000 Wem=10000 Wgb=10000 Wgd=4000 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=4000 Wme=0 Wmg=0 Wmm=10000")]
    [InlineData(10, 60, 30, 100, "Wbd=666 Wbe=0 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=3666 Wee=10000 Weg=3666 Wem=10000 Wgb=10000 Wgd=5668 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=666 Wme=0 Wmg=0 Wmm=10000")]
    [InlineData(10, 10, 30, 5, "Wbd=0 Wbe=3333 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=0 Wee=6667 Weg=0 Wem=6667 Wgb=10000 Wgd=10000 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=0 Wme=3333 Wmg=0 Wmm=10000")]
    [InlineData(30, 10, 10, 5, "Wbd=0 Wbe=0 Wbg=3333 Wbm=10000 Wdb=10000 Web=10000 Wed=10000 Wee=10000 Weg=10000 Wem=10000 Wgb=10000 Wgd=0 Wgg=6667 Wgm=6667 Wmb=10000 Wmd=0 Wme=0 Wmg=3333 Wmm=10000")]
    [InlineData(10, 10, 30, 10, "Wbd=0 Wbe=3334 Wbg=0 Wbm=10000 Wdb=10000 Web=10000 Wed=0 Wee=6666 Weg=0 Wem=6666 Wgb=10000 Wgd=10000 Wgg=10000 Wgm=10000 Wmb=10000 Wmd=0 Wme=3334 Wmg=0 Wmm=10000")]
    public void Bandwidth_weights_are_those_of_stock_tor(long guard, long middle, long exit, long both, string expected)
    {
        var totals = new BandwidthTotals(guard, middle, exit, both, guard + middle + exit + both);
        Assert.Equal("bandwidth-weights " + expected, BandwidthWeights.Format(totals, BandwidthWeights.DefaultScale));
    }

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(30, 80, 30, 30)]
    public void There_are_no_weights_when_they_cannot_balance(long guard, long middle, long exit, long both) =>
        Assert.Null(BandwidthWeights.Format(new BandwidthTotals(guard, middle, exit, both, guard + middle + exit + both), 10_000));

    [Fact]
    public void Absurd_bandwidths_do_not_overflow() => BandwidthWeights.Format(
        new BandwidthTotals(long.MaxValue / 8, long.MaxValue / 8, long.MaxValue / 8, long.MaxValue / 8, long.MaxValue / 2), int.MaxValue);

    [Fact]
    public void A_median_of_an_even_number_is_the_smaller_one() => Assert.Equal(2, Majority.LowMedian([4, 1, 2, 3]));

    [Fact]
    public void Of_equally_frequent_values_the_last_in_order_wins() =>
        Assert.Equal("b", Majority.MostFrequent(["b", "a", "a", "b", "0"], StringComparer.Ordinal));

    // Order as in src/test/test_dir.c, test_dir_versions
    [Theory]
    [InlineData("0.1.2.3", "0.1.2.4")]
    [InlineData("0.1.2pre1", "0.1.2rc2")]
    [InlineData("0.1.2rc2", "0.1.2.1")]
    [InlineData("0.4.8.0-alpha-dev", "0.4.8.1-alpha")]
    [InlineData("0.4.8.10", "0.4.9.1-alpha")]
    [InlineData("0.4.9.1-alpha", "0.4.9.1-alpha-dev")]
    [InlineData("0.4.9.11", "not a version")]
    public void Versions_are_ordered_by_their_numbers(string older, string newer) => Assert.True(TorVersion.TextOrder.Compare(older, newer) < 0);

    [Theory]
    [InlineData("Tor 0.4.9.11 on Linux", false, true)]
    [InlineData("Tor 0.4.9.11 (r1234) on Linux", false, true)]
    [InlineData("Tor", true, false)]
    [InlineData("Tunic 1.0 on Linux", true, false)]
    [InlineData("Tor x.y on Linux", false, false)]
    [InlineData("Tor  ", false, false)]
    public void Platforms_of_other_programs_have_no_version(string platform, bool isOther, bool hasVersion)
    {
        Assert.Equal(hasVersion, TorVersion.ParsePlatform(platform, out bool other) is not null);
        Assert.Equal(isOther, other);
    }

    private static Dictionary<string, int> ParsePairs(string text) =>
        text.Split(' ').ToDictionary(pair => pair.Split('=')[0], pair => int.Parse(pair.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture));
}
