using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>What `tunic tor` says before there is any network: the contract of programs that start tor.</summary>
public sealed class TorCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>A network of an authority that nobody is.</summary>
    private const string TorrcOfNobody =
        "DirAuthority nobody orport=1 no-v2 v3ident=0123456789ABCDEF0123456789ABCDEF01234567 127.0.0.1:1 0123456789ABCDEF0123456789ABCDEF01234567";

    private readonly TestDirectory _directory = new("tunic-command");

    [Fact]
    public async Task The_version_has_the_shape_that_stem_reads()
    {
        (int code, IReadOnlyList<string> lines) = await RunAsync("tor", "--version");

        Assert.Equal(0, code);
        Assert.Matches(@"^Tor version 0\.4\.9\.11 \(Tunic-\d+\.\d+\.\d+\)\.$", lines[0]);
    }

    [Fact]
    public async Task A_good_configuration_is_valid_and_nothing_is_started()
    {
        (int code, IReadOnlyList<string> lines) = await RunAsync(["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0"), "--verify-config"]);

        Assert.Equal(0, code);
        Assert.Contains("Configuration was valid", lines);
        Assert.False(Directory.Exists(Path.Combine(_directory.FullPath, "data")));
    }

    [Theory]
    [InlineData("NoSuchOption 1", "Failed to parse/validate config: Unknown option 'NoSuchOption'.")]
    [InlineData("SocksPort 123456", "Invalid SocksPort")]
    [InlineData("MaxCircuitDirtiness soon", "MaxCircuitDirtiness")]
    public async Task A_bad_line_is_named_with_file_and_line(string line, string sentence)
    {
        (int code, IReadOnlyList<string> lines) = await RunAsync(["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, line)]);

        Assert.Equal(1, code);
        string warning = Assert.Single(lines, said => said.Contains("[warn]", StringComparison.Ordinal) && said.Contains(sentence, StringComparison.Ordinal));
        Assert.Contains($"{Path.Combine(_directory.FullPath, "torrc")}, line 3", warning, StringComparison.Ordinal);
        Assert.Contains(lines, said => said.EndsWith("[err] Reading config failed--see warnings above.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_torrc_that_is_not_there_ends_it_unless_that_is_fine()
    {
        string missing = Path.Combine(_directory.FullPath, "missing");
        string[] common = ["--defaults-torrc", Path.Combine(_directory.FullPath, "none"), "--verify-config"];

        Assert.Equal(1, (await RunAsync(["tor", "-f", missing, .. common])).Code);
        Assert.Equal(0, (await RunAsync(["tor", "-f", missing, "--ignore-missing-torrc", .. common])).Code);
    }

    [Fact]
    public async Task A_port_in_use_is_said_with_the_option_to_change()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        (int code, IReadOnlyList<string> lines) = await RunAsync(["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, $"SocksPort {port}", "DisableNetwork 0")]);

        Assert.Equal(1, code);
        Assert.Contains(lines, line => line.Contains($"127.0.0.1:{port}", StringComparison.Ordinal) && line.Contains("with SocksPort", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_data_directory_belongs_to_one_process()
    {
        string[] arguments = ["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0", "DisableNetwork 1")];
        await using PeerProcess first = TunicProgram.Start(arguments);
        await first.WaitForLineAsync("DisableNetwork is set", Limit);

        (int code, IReadOnlyList<string> lines) = await RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains(lines, line => line.Contains("another Tor process is running with the same data directory", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("[err] No, it's still there.  Exiting.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hangup_opens_the_log_file_again_and_an_interrupt_ends_it()
    {
        string log = Path.Combine(_directory.FullPath, "notices.log");
        await using PeerProcess tunic = TunicProgram.Start(
            ["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0", "DisableNetwork 1", $"Log notice file {log}", "Log notice stdout")]);
        await tunic.WaitForLineAsync("DisableNetwork is set", Limit);
        File.Move(log, log + ".1");

        tunic.SendSignal(1);
        await tunic.WaitForLineAsync("Received reload signal (hup)", Limit);
        tunic.SendSignal(2);

        Assert.Equal(0, await tunic.WaitForExitAsync(Limit));
        Assert.Contains("Interrupt: exiting cleanly.", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hangup_changes_who_may_use_the_ports_and_keeps_everything_when_the_torrc_is_bad()
    {
        string[] arguments = TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 127.0.0.1:auto", "Log notice stdout", TorrcOfNobody);
        await using PeerProcess tunic = TunicProgram.Start(["tor", .. arguments]);
        string opened = await tunic.WaitForLineAsync("Opened Socks listener connection (ready) on ", Limit);
        IPEndPoint port = IPEndPoint.Parse(opened[(opened.LastIndexOf(' ') + 1)..]);
        Assert.True(await IsServedAsync(port));
        string torrc = Path.Combine(_directory.FullPath, "torrc");
        string before = await File.ReadAllTextAsync(torrc);

        await File.WriteAllTextAsync(torrc, before + "SocksPolicy reject *\nNoSuchOption 1\n");
        tunic.SendSignal(1);
        await tunic.WaitForLineAsync("The configuration was not changed--see warnings above.", Limit);
        Assert.True(await IsServedAsync(port));

        await File.WriteAllTextAsync(torrc, before + "SocksPolicy reject *\n");
        tunic.SendSignal(1);
        await Deadline.UntilAsync("the policy holds", Limit, async () => !await IsServedAsync(port));
    }

    [Fact]
    public async Task A_hangup_changes_whom_the_directory_port_answers()
    {
        int directoryPort = LoopbackPorts.Take();
        string[] arguments = TunicProgram.WriteTorrc(
            _directory.FullPath, "SocksPort 0", "Log notice stdout", TorrcOfNobody, "Address 127.0.0.1", "AssumeReachable 1", "PublishServerDescriptor 0",
            $"ORPort 127.0.0.1:{LoopbackPorts.Take()}", $"DirPort 127.0.0.1:{directoryPort}");
        await using PeerProcess tunic = TunicProgram.Start(["tor", .. arguments]);
        await Deadline.UntilAsync("the directory port answers", Limit, IsAnsweredAsync);
        string torrc = Path.Combine(_directory.FullPath, "torrc");

        await File.AppendAllTextAsync(torrc, "DirPolicy reject 127.0.0.0/8:1-65535\n");
        tunic.SendSignal(1);

        await Deadline.UntilAsync("the policy holds", Limit, async () => !await IsAnsweredAsync());

        async Task<bool> IsAnsweredAsync()
        {
            using var client = new HttpClient();
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{directoryPort}/tor/server/authority")));
                return true; // whatever it says
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_quiet_start_says_nothing()
    {
        await using PeerProcess tunic = TunicProgram.Start(
            ["tor", .. TunicProgram.WriteTorrc(_directory.FullPath, "SocksPort 0", "DisableNetwork 1"), "--quiet"]);
        await Deadline.UntilAsync("the data directory is there", Limit, () => Task.FromResult(File.Exists(Path.Combine(_directory.FullPath, "data", "lock"))));

        await tunic.StopAsync();

        Assert.Empty(tunic.Lines);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Whether the SOCKS port answers to the choice of a method.</summary>
    private static async Task<bool> IsServedAsync(IPEndPoint port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(port);
        try
        {
            await client.GetStream().WriteAsync(new byte[] { 5, 1, 0 });
            return await client.GetStream().ReadAsync(new byte[2]) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<(int Code, IReadOnlyList<string> Lines)> RunAsync(params string[] arguments)
    {
        await using PeerProcess tunic = TunicProgram.Start(arguments);
        int code = await tunic.WaitForExitAsync(Limit);
        return (code, tunic.Lines);
    }
}
