using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Bandwidths;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class BandwidthFileTests
{
    private const string Relay = "68A483E05A2ABDCA6DA5A3EF8DB5177638A27F80";

    [Fact]
    public void Headers_and_measurements_are_read()
    {
        BandwidthFile file = Read($"1700000000\nversion=1.4.0\nsoftware=sbws\nwith space=x\n=====\nbw=760 nick=x node_id=${Relay} extra=1\nlate=header\n");

        Assert.Equal(new DateTime(2023, 11, 14, 22, 13, 20, DateTimeKind.Utc), file.Timestamp);
        Assert.Equal(["timestamp=1700000000", "version=1.4.0", "software=sbws"], file.Headers);
        Assert.Equal(760u, file.Measurements[Parse(Relay)]);
        Assert.True(file.IsStale(file.Timestamp.AddDays(3).AddSeconds(1)) && !file.IsStale(file.Timestamp.AddDays(3)));
    }

    [Theory]
    [InlineData("node_id=$" + Relay + " bw=0", 0)]
    [InlineData("node_id=" + Relay + "\tbw=5", 5)]
    [InlineData("node_id=$" + Relay + " bw=99999999999", 4294967295)]
    [InlineData("node_id=$" + Relay + " bw=5 vote=0", -1)]
    [InlineData("node_id=$" + Relay + " bw=5 bw=6", -1)]
    [InlineData("node_id=$" + Relay + " bw=5 node_id=$" + Relay, -1)]
    [InlineData("node_id=$" + Relay + " bw=-1", -1)]
    [InlineData("node_id=$" + Relay + " bw=5x", -1)]
    [InlineData("node_id=$68A4 bw=5", -1)]
    [InlineData("bw=5", -1)]
    [InlineData("", -1)]
    public void Lines_are_judged_as_stock_judges_them(string line, long expected)
    {
        BandwidthFile file = Read($"1700000000\n{line}\n");

        Assert.Equal(expected, file.Measurements.TryGetValue(Parse(Relay), out uint bandwidth) ? bandwidth : -1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("1700000000")]
    [InlineData("x\n")]
    [InlineData("99999999999999\n")]
    public void Without_a_time_there_is_no_file(string text) => Assert.False(BandwidthFile.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Headers_have_a_limit()
    {
        BandwidthFile file = Read("1\n" + string.Concat(Enumerable.Range(0, 100).Select(number => $"key{number}=x\n")));

        Assert.Equal(BandwidthFile.MaxHeaders, file.Headers.Count);
    }

    private static BandwidthFile Read(string text)
    {
        Assert.True(BandwidthFile.TryParse(Encoding.UTF8.GetBytes(text), out BandwidthFile? file));
        return file;
    }

    private static RsaIdentity Parse(string hex) => RsaIdentity.TryParseHex(hex, out RsaIdentity identity) ? identity : default;
}
