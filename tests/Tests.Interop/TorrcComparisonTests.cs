using Tunic.Node.Configuration.Torrc;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop;

/// <summary>Reads the same configurations with stock tor and with our reader.</summary>
public sealed class TorrcComparisonTests : IDisposable
{
    private const string Fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    private const string Prefix = "Failed to parse/validate config: ";
    private const string Authority = "DirAuthority a orport=5001 no-v2 v3ident=" + Fingerprint + " 127.0.0.1:5002 " + Fingerprint + "\n";

    private readonly TestDirectory _directory = new("torrc");

    [Fact]
    public async Task Every_option_that_stock_lists_is_known()
    {
        string listed = await PeerProcess.RunAsync("tor", ["--list-torrc-options"], TimeSpan.FromSeconds(20));

        Assert.All(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries), name => Assert.Equal(name, TorrcOptionTable.Find(name)?.Name));
    }

    [Theory]
    [InlineData("SocksPort 9999 IsolateDestAddr NoIPv6Traffic\nNickname \"abc\" # x\n")]
    [InlineData("ExitPolicy accept *:80,\\\n# comment\n reject *:*\nBandwidthRate 1.5 MBytes\nBandwidthBurst 20 Mbits")]
    [InlineData("SocksPort unix:\"/tmp/a b\" GroupWritable\nDNSPort auto\nHTTPTunnelPort 127.0.0.1:auto")]
    [InlineData("ORPort 1.2.3.4:9001 NoListen\nORPort 9002 NoAdvertise\nContactInfo x\nSocksPort 0")]
    [InlineData("Log notice-err stdout\nLog [net,~circ]info stderr\nMaxCircuitDirtiness 1 second\nCircuitStreamTimeout 3")]
    [InlineData("TestingTorNetwork 1\nV3AuthVotingInterval 10\n" + Authority)]
    [InlineData("FallbackDir 192.0.2.1:80 orport=443 id=" + Fingerprint + " weight=2 ipv6=[2001:db8::1]:443")]
    [InlineData("ExcludeNodes some,$" + Fingerprint + ",10.0.0.0/8\nStrictNodes 1\nExitNodes 192.0.2.7")]
    [InlineData("+Address 192.0.2.5\n/SocksPort\nAddress\nUseEntryGuards\n")]
    [InlineData("MaxConn 600\nDirServer a orport=5001 192.0.2.1:80 " + Fingerprint)]
    [InlineData("NumCPUs 2\nSafeLogging relay\nConnectionPadding auto\nShutdownWaitLength 0")]
    public async Task What_stock_accepts_we_accept(string text)
    {
        Assert.Null(await StockFaultAsync(text));
        Assert.Null(OurFault(text));
    }

    [Theory]
    [InlineData("SockPort 1")]
    [InlineData("BandwidthRate 5 parsecs")]
    [InlineData("BandwidthRate much")]
    [InlineData("SafeSocks yes")]
    [InlineData("ExitRelay on")]
    [InlineData("NumCPUs -1")]
    [InlineData("NewCircuitPeriod 9999 months")]
    [InlineData("PathsNeededToBuildCircuits half")]
    [InlineData("SocksPortLines 1")]
    [InlineData("SocksPort nonsense")]
    [InlineData("ExitPolicy foo")]
    [InlineData("ExitPolicy accept 1.2.3.4:99999")]
    [InlineData("SocksPolicy accept")]
    [InlineData("ExcludeNodes !!")]
    [InlineData("SocksPort 1 NoIPv4Traffic NoIPv6Traffic")]
    [InlineData("DNSPort 1 NoDNSRequest")]
    [InlineData("SocksPort 0\nSocksPort 1")]
    [InlineData("ORPort 1 IPv4Only IPv6Only")]
    [InlineData("Nickname not-legal")]
    [InlineData("Log loud")]
    [InlineData("Log notice file")]
    [InlineData("SafeLogging maybe")]
    [InlineData("DirAuthority a 192.0.2.1:80")]
    [InlineData("FallbackDir 192.0.2.1:80 orport=1")]
    [InlineData("TestingTorNetwork 1")]
    [InlineData("TestingV3AuthInitialVotingInterval 5 minutes")]
    [InlineData("ClientDNSRejectInternalAddresses 0")]
    [InlineData("BandwidthBurst 1 KB")]
    [InlineData("BandwidthRate 3 GB\nBandwidthBurst 3 GB")]
    [InlineData("ORPort 9001\nBandwidthRate 1 KB")]
    [InlineData("ORPort 9001\nConnectionPadding 1")]
    [InlineData("EntryNodes a\nUseEntryGuards 0")]
    [InlineData("NumEntryGuards 3\nNumPrimaryGuards 2")]
    [InlineData("KeepalivePeriod 0")]
    [InlineData("AssumeReachable 1\nAssumeReachableIPv6 0")]
    [InlineData("DirPort 9030\nDirCache 0")]
    [InlineData("CircuitsAvailableTimeout 2 days")]
    [InlineData(Authority + "TestingTorNetwork 1\nAuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nORPort 9001\nAddress 192.0.2.5")]
    [InlineData(Authority + "TestingTorNetwork 1\nAuthoritativeDirectory 1\nORPort 9001\nDirPort 9030\nAddress 192.0.2.5")]
    [InlineData(Authority + "TestingTorNetwork 1\nAuthoritativeDirectory 1\nV3AuthoritativeDirectory 1\nORPort 9001\nDirPort 9030\nAddress 192.0.2.5\nV3AuthVotingInterval 8")]
    public async Task What_stock_refuses_we_refuse_in_the_same_words(string text)
    {
        string? stock = await StockFaultAsync(text);
        string? ours = OurFault(text);

        Assert.NotNull(stock);
        Assert.NotNull(ours);
        Assert.StartsWith(stock.Replace(" See logs for details.", "", StringComparison.Ordinal).TrimEnd('.', ' '), ours, StringComparison.Ordinal);
        Assert.Contains("(torrc, line ", ours, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nickname \"x")]
    [InlineData("Nickname \"x\" y")]
    [InlineData("%include /nonexistent/file")]
    public async Task A_file_that_stock_cannot_read_we_cannot_either(string text)
    {
        Assert.Equal("", await StockFaultAsync(text));
        Assert.NotNull(OurFault(text));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Null when it is accepted, else the sentence behind stock's usual prefix; empty where stock stops without one.</summary>
    private async Task<string?> StockFaultAsync(string text)
    {
        string torrc = Path.Combine(_directory.FullPath, "torrc");
        string empty = Path.Combine(_directory.FullPath, "empty");
        await File.WriteAllTextAsync(torrc, text);
        await File.WriteAllTextAsync(empty, "");
        await using PeerProcess tor = PeerProcess.Start(
            "tor", ["--verify-config", "-f", torrc, "--defaults-torrc", empty, "--DataDirectory", _directory.Make("data")], _directory.FullPath);
        if (await tor.WaitForExitAsync(TimeSpan.FromSeconds(20)) == 0)
        {
            return null;
        }

        string line = tor.Lines.FirstOrDefault(line => line.Contains(Prefix, StringComparison.Ordinal)) ?? Prefix;
        return line[(line.IndexOf(Prefix, StringComparison.Ordinal) + Prefix.Length)..];
    }

    private static string? OurFault(string text)
    {
        try
        {
            var settings = new TorrcSettings();
            settings.Assign(TorrcFile.ReadText(text, "torrc"));
            TorrcOptionsReader.Read(settings);
            return null;
        }
        catch (TorrcException exception)
        {
            return exception.Message.Replace(Prefix, "", StringComparison.Ordinal);
        }
    }
}
