using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;
using Tunic.Node.Storage;
using Tunic.Node.TorProgram;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Tests.Node.TorProgram;

public sealed class TorConfigurationTests : IDisposable
{
    private const string Start = "SocksPort 9150\nExcludeNodes $0123456789ABCDEF0123456789ABCDEF01234567\nSocksPolicy accept *\nBandwidthRate 1 MB\n";

    private readonly TemporaryDirectory _directory = new();
    private readonly NodeLog _log = new(TimeProvider.System);
    private readonly List<(TorrcOptions Options, bool ChangesPaths)> _applied = [];

    public TorConfigurationTests() =>
        _log.Use([LogSink.Open(new LogTarget(LogSeverity.Warning, LogSeverity.Error, LogDestination.File, _directory["log"]), truncate: false)]);

    [Theory]
    [InlineData("DataDirectory /elsewhere", "DataDirectory")]
    [InlineData("KeyDirectory /elsewhere", "KeyDirectory")]
    [InlineData("FamilyKeyDirectory /elsewhere", "FamilyKeyDirectory")]
    [InlineData("CacheDirectory /elsewhere", "CacheDirectory")]
    [InlineData("PidFile /elsewhere", "PidFile")]
    public void What_stock_refuses_to_change_while_it_runs_is_refused_with_its_sentence(string line, string name)
    {
        TorConfiguration configuration = Run(Start);
        string sentence = $"While Tor is running, changing {name} is not allowed";

        Assert.Equal($"Failed to parse/validate config: {sentence}", Refuse(configuration, Start + line));
        Assert.Equal(new ControlConfigurationResult(ControlConfigurationOutcome.NotWhileRunning, sentence), Set(configuration, name, "/elsewhere"));
        Assert.Equal(ControlConfigurationOutcome.NotWhileRunning, configuration.Load(Start + line).Outcome);
        Assert.Empty(_applied);
        _ = Reload(configuration, Start); // and what it was started with is still fine
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
        (TorrcOptions options, bool changesPaths) = Reload(
            Run(Start), Start.Replace("accept *", "reject *", StringComparison.Ordinal).Replace("1 MB", "2 MB", StringComparison.Ordinal));

        Assert.Equal(2 << 20, options.Network.BandwidthRate);
        Assert.False(TorPorts.CreateRules(options.Client).Accepts(System.Net.IPAddress.Loopback));
        Assert.False(changesPaths);
        Assert.Empty(Warnings());
    }

    [Fact]
    public void What_needs_a_new_start_is_told()
    {
        const string Told = "SocksPort is not what it was when Tor was started; that takes effect when Tor is started again.";
        TorConfiguration configuration = Run(Start);

        _ = Reload(configuration, Start.Replace("9150", "9151", StringComparison.Ordinal));
        Assert.Contains(Told, Warnings(), StringComparison.Ordinal);

        _ = Reload(configuration, Start);
        Assert.Equal(ControlConfigurationResult.Success, Set(configuration, "SocksPort", "9152"));
        Assert.Equal(2, Warnings().Split(Told).Length - 1);
    }

    [Fact]
    public void Circuits_are_abandoned_once_for_each_change_of_what_relays_may_be_used()
    {
        TorConfiguration configuration = Run(Start);
        string changed = Start.Replace("ExcludeNodes $01", "ExcludeNodes $02", StringComparison.Ordinal);

        bool[] abandoned = [.. new[] { changed, changed, Start }.Select(torrc => Reload(configuration, torrc).ChangesPaths)];
        _ = Set(configuration, "ExcludeNodes", "$0323456789ABCDEF0123456789ABCDEF01234567");
        _ = Set(configuration, "MaxCircuitDirtiness", "700");

        Assert.Equal([true, false, true, true, false], abandoned.Concat(_applied.Skip(3).Select(applied => applied.ChangesPaths)));
    }

    [Fact]
    public void A_controllers_change_takes_effect_as_one_of_the_torrc_does_and_is_gone_when_the_torrc_is_read_again()
    {
        TorConfiguration configuration = Run(Start);
        var told = new List<KeyValuePair<string, string?>>();
        configuration.Changed += told.AddRange;

        Assert.Equal(ControlConfigurationResult.Success, Set(configuration, "bandwidthrate", "2 MB"));
        Assert.Equal(2 << 20, _applied[^1].Options.Network.BandwidthRate);
        Assert.True(configuration.TryGet("BANDWIDTHRATE", out string? name, out IReadOnlyList<KeyValuePair<string, string>>? lines));
        Assert.Equal(("BandwidthRate", "2097152"), (name, lines.Single().Value));

        Assert.Equal(1 << 20, Reload(configuration, Start).Options.Network.BandwidthRate);
        Assert.Equal(ControlConfigurationResult.Success, configuration.Load("BandwidthRate 3 MB"));
        Assert.Equal(3 << 20, _applied[^1].Options.Network.BandwidthRate);
        Assert.Equal(["2097152", "1048576", "3145728"], told.Where(change => change.Key == "BandwidthRate").Select(change => change.Value));
    }

    [Theory]
    [InlineData("MaxCircuitDirtiness", "nonsense", ControlConfigurationOutcome.BadValue)]
    [InlineData("ExcludeNodes", "!", ControlConfigurationOutcome.BadValue)]
    [InlineData("NoSuchOption", "1", ControlConfigurationOutcome.Unrecognized)]
    public void A_controllers_change_that_makes_no_sense_changes_nothing(string option, string value, ControlConfigurationOutcome outcome)
    {
        TorConfiguration configuration = Run(Start);
        string before = configuration.Text;

        ControlConfigurationResult result = configuration.Set([new ControlKeyword("BandwidthRate", "2 MB"), new ControlKeyword(option, value)], reset: false);

        Assert.Equal((outcome, before, 0), (result.Outcome, configuration.Text, _applied.Count));
        Assert.DoesNotContain("command line", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_brought_about_is_not_taken_over()
    {
        TorConfiguration configuration = Run(Start);
        configuration.Apply = (_, _) => throw new StorageException("no room");

        Assert.Equal(new ControlConfigurationResult(ControlConfigurationOutcome.CannotSet, "no room"), Set(configuration, "BandwidthRate", "2 MB"));
        Assert.Equal(1 << 20, configuration.Options.Network.BandwidthRate);
    }

    [Fact]
    public void A_saved_torrc_says_the_same_and_the_users_own_is_kept_beside_it()
    {
        TorConfiguration configuration = Run(Start);
        _ = Set(configuration, "ContactInfo", "a b");
        string shown = configuration.Text;

        Assert.True(configuration.TrySave(force: false));
        Assert.Equal(Start + "\n", File.ReadAllText(_directory["torrc.orig.1"]));
        Assert.Equal(ControlConfigurationResult.Success, configuration.Reload());
        Assert.Equal(shown, configuration.Text);
        Assert.Contains("ContactInfo a b\n", shown, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _log.Dispose();
        _directory.Dispose();
    }

    private TorConfiguration Run(string torrc)
    {
        Write(torrc);
        TorCommandLine commandLine = TorCommandLine.Parse(["-f", _directory["torrc"], "--defaults-torrc", _directory["none"]]);
        return new TorConfiguration(commandLine, TorrcLoader.Load(commandLine, TextReader.Null), _log)
        {
            Apply = (options, changesPaths) => _applied.Add((options, changesPaths)),
        };
    }

    private (TorrcOptions Options, bool ChangesPaths) Reload(TorConfiguration configuration, string torrc)
    {
        Write(torrc);
        Assert.Equal(ControlConfigurationResult.Success, configuration.Reload());
        Assert.Same(_applied[^1].Options, configuration.Options);
        return _applied[^1];
    }

    private string Refuse(TorConfiguration configuration, string torrc)
    {
        Write(torrc);
        TorrcOptions before = configuration.Options;
        ControlConfigurationResult result = configuration.Reload();
        Assert.NotEqual(ControlConfigurationOutcome.Changed, result.Outcome);
        Assert.Same(before, configuration.Options);
        return result.Message;
    }

    private static ControlConfigurationResult Set(TorConfiguration configuration, string name, string value) =>
        configuration.Set([new ControlKeyword(name, value)], reset: false);

    private void Write(string torrc) => File.WriteAllText(_directory["torrc"], torrc + "\n");

    private string Warnings() => File.ReadAllText(_directory["log"]);
}
