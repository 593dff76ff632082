using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;
using Tunic.Node.TorProgram;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorReloadTests : IDisposable
{
    private const string Start = "SocksPort 9150\nExcludeNodes $0123456789ABCDEF0123456789ABCDEF01234567\nSocksPolicy accept *\nBandwidthRate 1 MB\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly NodeLog _log = new(TimeProvider.System);

    public TorReloadTests() =>
        _log.Use([LogSink.Open(new LogTarget(LogSeverity.Warning, LogSeverity.Error, LogDestination.File, _directory["log"]), truncate: false)]);

    [Theory]
    [InlineData("DataDirectory /elsewhere", "DataDirectory")]
    [InlineData("KeyDirectory /elsewhere", "KeyDirectory")]
    [InlineData("FamilyKeyDirectory /elsewhere", "FamilyKeyDirectory")]
    [InlineData("CacheDirectory /elsewhere", "CacheDirectory")]
    [InlineData("PidFile /elsewhere", "PidFile")]
    public void What_stock_refuses_to_change_while_it_runs_is_refused_with_its_sentence(string line, string name)
    {
        TorReload reload = Run(Start);

        Assert.Contains($"While Tor is running, changing {name} is not allowed", Refuse(reload, Start + line), StringComparison.Ordinal);
        _ = Read(reload, Start, out _); // and what it was started with is still fine
    }

    [Theory]
    [InlineData("NoSuchOption 1")]
    [InlineData("SocksPolicy nonsense")]
    [InlineData("MyFamily nonsense\nORPort 9001\nAddress 192.0.2.1")]
    public void A_torrc_that_cannot_be_used_is_refused_as_a_whole(string line) =>
        Assert.NotEmpty(Refuse(Run(Start), Start.Replace("1 MB", "2 MB", StringComparison.Ordinal) + line));

    [Fact]
    public void What_changes_at_once_is_told_of_by_nobody()
    {
        TorrcOptions options = Read(Run(Start), Start.Replace("accept *", "reject *", StringComparison.Ordinal).Replace("1 MB", "2 MB", StringComparison.Ordinal), out bool changesPaths);

        Assert.Equal(2 << 20, options.Network.BandwidthRate);
        Assert.False(TorPorts.CreateRules(options.Client).Accepts(System.Net.IPAddress.Loopback));
        Assert.False(changesPaths);
        Assert.Empty(Warnings());
    }

    [Fact]
    public void What_needs_a_new_start_is_told()
    {
        _ = Read(Run(Start), Start.Replace("9150", "9151", StringComparison.Ordinal), out _);

        Assert.Contains("SocksPort is not what it was when Tor was started; that takes effect when Tor is started again.", Warnings(), StringComparison.Ordinal);
    }

    [Fact]
    public void Circuits_are_abandoned_once_for_each_change_of_what_relays_may_be_used()
    {
        TorReload reload = Run(Start);
        string changed = Start.Replace("ExcludeNodes $01", "ExcludeNodes $02", StringComparison.Ordinal);

        _ = Read(reload, changed, out bool first);
        _ = Read(reload, changed, out bool second);
        _ = Read(reload, Start, out bool third);

        Assert.Equal((true, false, true), (first, second, third));
    }

    public void Dispose()
    {
        _log.Dispose();
        _directory.Dispose();
    }

    private TorReload Run(string torrc)
    {
        Write(torrc);
        TorCommandLine commandLine = TorCommandLine.Parse(["-f", _directory["torrc"], "--defaults-torrc", _directory["none"]]);
        return new TorReload(commandLine, TorrcLoader.Load(commandLine, TextReader.Null), _log);
    }

    private TorrcOptions Read(TorReload reload, string torrc, out bool changesPaths)
    {
        Write(torrc);
        return reload.Read(out changesPaths);
    }

    private string Refuse(TorReload reload, string torrc) => Assert.Throws<TorrcException>(() => Read(reload, torrc, out _)).Message;

    private void Write(string torrc) => File.WriteAllText(_directory["torrc"], torrc + "\n");

    private string Warnings() => File.ReadAllText(_directory["log"]);
}
