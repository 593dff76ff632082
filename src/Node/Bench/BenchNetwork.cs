using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Tunic.Node.Demonstration;

namespace Tunic.Node.Bench;

/// <summary>
/// A network of one stock authority, three relays and a client, whose relays and client run the program under measurement. The
/// client's path is fixed: entry, middle, exit. All are given the same torrc.
/// </summary>
internal sealed class BenchNetwork : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly List<BenchProcess> _relays = [];
    private readonly string[] _program;
    private readonly string _folder;
    private readonly string[] _extra;
    private readonly List<string> _fingerprints = [];
    private BenchProcess? _authority;
    private BenchProcess? _client;
    private string _authorityLine = "";
    private int _clients;

    private BenchNetwork(string name, string[] program, string[] extra)
    {
        Name = name;
        _program = program;
        _extra = extra;
        _folder = Directory.CreateTempSubdirectory("tunic-bench-").FullName;
    }

    internal string Name { get; }

    internal int SocksPort { get; private set; }

    internal BenchProcess Client => _client ?? throw new InvalidOperationException("the client has not been started");

    internal IReadOnlyList<BenchProcess> Relays => _relays;

    /// <summary>Processor time of client and relays so far, in seconds.</summary>
    internal double CpuSeconds => Client.CpuSeconds + _relays.Sum(relay => relay.CpuSeconds);

    /// <summary>Starts the network and waits until a first stream has passed through it.</summary>
    /// <param name="name">For the table.</param>
    /// <param name="program">Executable and first arguments: "tor", or "tunic tor".</param>
    /// <param name="extra">Further lines for the torrc of relays and client.</param>
    /// <param name="targetPort">Port of the measurement's server.</param>
    /// <param name="cancel">Ends the attempt.</param>
    internal static async Task<BenchNetwork> StartAsync(
        string name, string[] program, string[] extra, int targetPort, CancellationToken cancel)
    {
        var network = new BenchNetwork(name, program, extra);
        try
        {
            await network.StartServersAsync(cancel);
            await network.WaitForConsensusAsync(cancel);
            await network.StartClientAsync(targetPort, cancel);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Replaces the client by a new one with an empty data directory, and waits for its first byte.</summary>
    /// <returns>Time from start to first byte.</returns>
    internal async Task<TimeSpan> RestartClientAsync(int targetPort, CancellationToken cancel)
    {
        await Client.DisposeAsync();
        return await StartClientAsync(targetPort, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BenchProcess? process in (BenchProcess?[])[_client, .. _relays, _authority])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartServersAsync(CancellationToken cancel)
    {
        int[] ports = FreePorts.Take(5);
        string authority = Path.Combine(_folder, "authority");
        string keys = Directory.CreateDirectory(Path.Combine(authority, "keys")).FullName;
        await RunAsync("tor-gencert", "bench\n", [
            "--create-identity-key", "-m", "12", "-a", Text($"127.0.0.1:{ports[0]}"), "--passphrase-fd", "0",
            "-i", Path.Combine(keys, "authority_identity_key"),
            "-s", Path.Combine(keys, "authority_signing_key"),
            "-c", Path.Combine(keys, "authority_certificate"),
        ], cancel);
        string v3 = File.ReadLines(Path.Combine(keys, "authority_certificate"))
            .First(line => line.StartsWith("fingerprint ", StringComparison.Ordinal))["fingerprint ".Length..];
        string torrc = WriteTorrc("authority", [.. Common("authority"), .. Server(ports[1]), .. Authority(ports[0])]);
        string unknown = Text($"bench orport={ports[1]} no-v2 v3ident={v3} 127.0.0.1:{ports[0]} {new string('0', 40)}");
        string fingerprint = await ListFingerprintAsync(["tor"], torrc, unknown, cancel);
        _authorityLine = Text($"DirAuthority bench orport={ports[1]} no-v2 v3ident={v3} 127.0.0.1:{ports[0]} {fingerprint}");
        for (int i = 0; i < 3; i++)
        {
            string name = Text($"relay{i + 1}");
            string[] exit = i == 2 ? ["ExitRelay 1", "ExitPolicyRejectPrivate 0", "ExitPolicy accept *:*"] : ["ExitRelay 0"];
            string relay = WriteTorrc(name, [.. Common(name), .. Server(ports[2 + i]), .. exit, .. _extra, _authorityLine]);
            _fingerprints.Add(await ListFingerprintAsync(_program, relay, null, cancel));
        }

        await File.WriteAllLinesAsync(Path.Combine(_folder, "bandwidths"), [
            Text($"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}"),
            .. _fingerprints.Select(relay => $"node_id=${relay} bw=100000"),
        ], cancel);
        await File.AppendAllLinesAsync(torrc, [
            _authorityLine,
            Text($"TestingV3AuthVotingStartOffset {(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1) % 6}"),
        ], cancel);
        _authority = new BenchProcess("tor", ["-f", torrc]);
        for (int i = 0; i < 3; i++)
        {
            _relays.Add(new BenchProcess(_program[0], [.. _program[1..], "-f", TorrcOf(Text($"relay{i + 1}"))]));
        }
    }

    /// <summary>Waits until every relay holds a consensus in which all of them run: what a client then fetches is complete.</summary>
    private async Task WaitForConsensusAsync(CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!Enumerable.Range(1, _relays.Count).All(number => HoldsWholeConsensus(Text($"relay{number}"))))
        {
            if (Stopwatch.GetElapsedTime(startedAt) > StartTimeout)
            {
                throw new IOException($"the relays of {Name} did not fetch a consensus with all of them within {StartTimeout.TotalSeconds} s");
            }

            await Task.Delay(200, cancel);
        }
    }

    private bool HoldsWholeConsensus(string relay)
    {
        string path = Path.Combine(_folder, relay, "cached-microdesc-consensus");
        return File.Exists(path)
            && File.ReadLines(path).Count(line => line.StartsWith("s ", StringComparison.Ordinal) && line.Contains(" Running", StringComparison.Ordinal)) > _relays.Count;
    }

    private async Task<TimeSpan> StartClientAsync(int targetPort, CancellationToken cancel)
    {
        string name = Text($"client{++_clients}");
        SocksPort = FreePorts.Take(1)[0];
        string torrc = WriteTorrc(name, [
            .. Common(name),
            Text($"SocksPort 127.0.0.1:{SocksPort}"),
            "LearnCircuitBuildTimeout 0",
            "ConfluxEnabled 0",
            "StrictNodes 1",
            $"EntryNodes ${_fingerprints[0]}",
            $"MiddleNodes ${_fingerprints[1]}",
            $"ExitNodes ${_fingerprints[2]}",
            .. _extra,
            _authorityLine,
        ]);
        long startedAt = Stopwatch.GetTimestamp();
        _client = new BenchProcess(_program[0], [.. _program[1..], "-f", torrc]);
        var dialer = new SocksDialer(SocksPort, targetPort);
        while (true)
        {
            try
            {
                using Socket socket = await dialer.OpenAsync(BenchServer.Download, 1, "first", cancel);
                if (await socket.ReceiveAsync(new byte[1], cancel) == 1)
                {
                    return Stopwatch.GetElapsedTime(startedAt);
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                if (_client.HasExited || Stopwatch.GetElapsedTime(startedAt) > StartTimeout)
                {
                    throw new IOException($"the client of {Name} did not come up: {failure.Message}\n{_client.LastLines}", failure);
                }
            }

            await Task.Delay(5, cancel);
        }
    }

    private string[] Common(string name) =>
    [
        "TestingTorNetwork 1",
        "PathsNeededToBuildCircuits 0.67",
        "ShutdownWaitLength 0",
        "SafeLogging 0",
        "ContactInfo bench@example.invalid",
        "AddressDisableIPv6 1",
        $"DataDirectory {Path.Combine(_folder, name)}",
        $"Nickname {name}",
        $"GeoIPFile {EmptyFile}",
        $"GeoIPv6File {EmptyFile}",
        "Log notice stdout",
    ];

    private string EmptyFile
    {
        get
        {
            string path = Path.Combine(_folder, "empty");
            File.WriteAllText(path, "");
            return path;
        }
    }

    private static string[] Server(int port) =>
    [
        "SocksPort 0",
        "Address 127.0.0.1",
        Text($"ORPort 127.0.0.1:{port}"),
        "AssumeReachable 1",
        "TestingServerConsensusDownloadInitialDelay 6",
        "ServerDNSDetectHijacking 0",
        "ServerDNSTestAddresses",
    ];

    private string[] Authority(int directoryPort) =>
    [
        "ExitRelay 0",
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        Text($"DirPort 127.0.0.1:{directoryPort}"),
        "TestingV3AuthInitialVotingInterval 6",
        "TestingV3AuthInitialVoteDelay 2",
        "TestingV3AuthInitialDistDelay 2",
        "V3AuthVotingInterval 20",
        "V3AuthVoteDelay 2",
        "V3AuthDistDelay 2",
        "V3AuthNIntervalsValid 4",
        "TestingDirAuthVoteGuard *",
        "AuthDirVoteStableGuaranteeMinUptime 0", // a guard must be Stable, and half of a new network has been up for less than the median
        "TestingMinExitFlagThreshold 0",
        $"V3BandwidthsFile {Path.Combine(_folder, "bandwidths")}",
    ];

    private string TorrcOf(string name) => Path.Combine(_folder, name, "torrc");

    private string WriteTorrc(string name, string[] lines)
    {
        Directory.CreateDirectory(Path.Combine(_folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllLines(TorrcOf(name), lines);
        return TorrcOf(name);
    }

    private static async Task<string> ListFingerprintAsync(string[] program, string torrc, string? authority, CancellationToken cancel)
    {
        string[] extra = authority is null ? [] : ["--DirAuthority", authority];
        string output = await RunAsync(program[0], "", [.. program[1..], "-f", torrc, "--list-fingerprint", "--quiet", .. extra], cancel);
        string last = output.TrimEnd().Split('\n')[^1];
        return last[(last.IndexOf(' ', StringComparison.Ordinal) + 1)..].Replace(" ", "", StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, string input, string[] arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new IOException($"{program} could not be started");
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancel);
        string output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0
            ? output
            : throw new IOException($"{program} ended with code {process.ExitCode}: {(await errors).Trim()} {output.Trim()}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
