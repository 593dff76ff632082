using System.Diagnostics;
using Tunic.Node.Demonstration;
using static Tunic.Node.Bench.BenchTorrc;

namespace Tunic.Node.Bench;

/// <summary>The authority and the relays of a measured network. The last relay is the exit. All are given the same torrc.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    internal static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly BenchSubject _subject;
    private readonly string[] _authorityProgram;
    private readonly List<BenchProcess> _relays = [];
    private readonly List<string> _fingerprints = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("tunic-bench-").FullName;
    private BenchProcess? _authority;
    private string _authorityLine = "";

    private BenchServers(BenchSubject subject, string[] authorityProgram) => (_subject, _authorityProgram) = (subject, authorityProgram);

    internal IReadOnlyList<BenchProcess> Relays => _relays;

    /// <summary>Of the relays, 40 hexadecimal digits each.</summary>
    internal IReadOnlyList<string> Fingerprints => _fingerprints;

    internal BenchProcess Authority => _authority ?? throw new InvalidOperationException("the authority has not been started");

    /// <summary>Starts them, and waits until every relay holds a consensus in which all of them run: what a client then fetches is complete.</summary>
    /// <param name="subject">The program of the relays.</param>
    /// <param name="authorityProgram">The program of the authority, as in <see cref="BenchSubject.Program"/>.</param>
    /// <param name="relays">How many.</param>
    /// <param name="cancel">Ends the attempt.</param>
    internal static async Task<BenchServers> StartAsync(BenchSubject subject, string[] authorityProgram, int relays, CancellationToken cancel)
    {
        var servers = new BenchServers(subject, authorityProgram);
        try
        {
            await servers.StartProcessesAsync(relays, cancel);
            await servers.WaitForConsensusAsync(cancel);
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a process that is no relay, with an empty data directory.</summary>
    /// <param name="name">Its name, and its folder's.</param>
    /// <param name="lines">Its torrc beyond what all have.</param>
    internal BenchProcess StartProcess(string name, params string[] lines) =>
        Start(_subject.Program, WriteTorrc(name, [.. Common(_folder, name), .. lines, .. _subject.Torrc, _authorityLine]));

    /// <summary>A new folder below the network's, for nobody else to read.</summary>
    internal string NewFolder(string name)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BenchProcess? process in (BenchProcess?[])[.. _relays, _authority])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartProcessesAsync(int relays, CancellationToken cancel)
    {
        int[] ports = FreePorts.Take(2 + relays);
        string bandwidths = Path.Combine(_folder, "bandwidths");
        string keys = Path.Combine(NewFolder("authority"), "keys");
        string v3 = await MakeAuthorityKeysAsync(keys, ports[0], cancel);
        string torrc = WriteTorrc("authority", [.. Common(_folder, "authority"), .. Server(ports[1]), .. BenchTorrc.Authority(ports[0], bandwidths)]);
        string unknown = Text($"bench orport={ports[1]} no-v2 v3ident={v3} 127.0.0.1:{ports[0]} {new string('0', 40)}");
        string fingerprint = await ListFingerprintAsync(_authorityProgram, torrc, unknown, cancel);
        _authorityLine = Text($"DirAuthority bench orport={ports[1]} no-v2 v3ident={v3} 127.0.0.1:{ports[0]} {fingerprint}");
        var torrcs = new List<string>();
        for (int i = 0; i < relays; i++)
        {
            string name = Text($"relay{i + 1}");
            string[] exit = i == relays - 1 ? ["ExitRelay 1", "ExitPolicyRejectPrivate 0", "ExitPolicy accept *:*"] : ["ExitRelay 0"];
            torrcs.Add(WriteTorrc(name, [.. Common(_folder, name), .. Server(ports[2 + i]), .. exit, .. _subject.Torrc, _authorityLine]));
            _fingerprints.Add(await ListFingerprintAsync(_subject.Program, torrcs[i], null, cancel));
        }

        await File.WriteAllLinesAsync(bandwidths, [
            Text($"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}"),
            .. _fingerprints.Select(relay => $"node_id=${relay} bw=100000"),
        ], cancel);
        await File.AppendAllLinesAsync(torrc, [
            _authorityLine,
            Text($"TestingV3AuthVotingStartOffset {(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1) % InitialVotingInterval}"),
        ], cancel);
        _authority = Start(_authorityProgram, torrc);
        _relays.AddRange(torrcs.Select(relay => Start(_subject.Program, relay)));
    }

    /// <returns>The fingerprint of the authority's identity key.</returns>
    private static async Task<string> MakeAuthorityKeysAsync(string folder, int directoryPort, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string certificate = Path.Combine(folder, "authority_certificate");
        await BenchProcess.RunAsync("tor-gencert", "bench\n", [
            "--create-identity-key", "-m", "12", "-a", Text($"127.0.0.1:{directoryPort}"), "--passphrase-fd", "0",
            "-i", Path.Combine(folder, "authority_identity_key"),
            "-s", Path.Combine(folder, "authority_signing_key"),
            "-c", certificate,
        ], cancel);
        return File.ReadLines(certificate).First(line => line.StartsWith("fingerprint ", StringComparison.Ordinal))["fingerprint ".Length..];
    }

    private async Task WaitForConsensusAsync(CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!Enumerable.Range(1, _relays.Count).All(number => HoldsWholeConsensus(Text($"relay{number}"))))
        {
            if (Stopwatch.GetElapsedTime(startedAt) > StartTimeout)
            {
                throw new IOException($"the relays of {_subject.Name} did not fetch a consensus with all of them within {StartTimeout.TotalSeconds} s\n{Authority.LastLines}");
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

    private string WriteTorrc(string name, string[] lines)
    {
        string path = Path.Combine(NewFolder(name), "torrc");
        File.WriteAllLines(path, lines);
        return path;
    }

    private static BenchProcess Start(string[] program, string torrc) => new(program[0], [.. program[1..], "-f", torrc]);

    private static async Task<string> ListFingerprintAsync(string[] program, string torrc, string? authority, CancellationToken cancel)
    {
        string[] extra = authority is null ? [] : ["--DirAuthority", authority];
        string output = await BenchProcess.RunAsync(program[0], "", [.. program[1..], "-f", torrc, "--list-fingerprint", "--quiet", .. extra], cancel);
        string last = output.TrimEnd().Split('\n')[^1];
        return last[(last.IndexOf(' ', StringComparison.Ordinal) + 1)..].Replace(" ", "", StringComparison.Ordinal);
    }
}
