using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>One `tunic tor` process with its torrc, directory and ports. Started and stopped by <see cref="TunicTorNetwork"/>, or by a test that wants to see it die.</summary>
public sealed class TunicTorNode : IAsyncDisposable
{
    private readonly string _directory;
    private PeerProcess? _process;

    internal TunicTorNode(string name, string directory)
    {
        Name = name;
        _directory = directory;
        int[] ports = LoopbackPorts.Take(3);
        OrPort = ports[0];
        DirPort = ports[1];
        SocksPort = ports[2];
    }

    public string Name { get; }

    public string DataDirectory => Path.Combine(_directory, "data");

    /// <summary>Of an authority, relay or exit.</summary>
    public int OrPort { get; }

    /// <summary>Of an authority.</summary>
    public int DirPort { get; }

    /// <summary>Of a client.</summary>
    public int SocksPort { get; }

    /// <summary>40 hexadecimal digits in upper case; of an authority or relay that has been started.</summary>
    public string Fingerprint { get; internal set; } = "";

    /// <summary>Its v3 identity, of an authority.</summary>
    public string AuthorityIdentity { get; internal set; } = "";

    public StockDirectory Directory => new(new Uri(Text($"http://127.0.0.1:{DirPort}/")));

    public PeerProcess Process => _process ?? throw new InvalidOperationException($"{Name} has not been started");

    /// <summary>Lines beside those that every process of a test has.</summary>
    internal IReadOnlyList<string> Torrc { get; set; } = [];

    internal string DirAuthorityLine => Text($"{Name} orport={OrPort} no-v2 v3ident={AuthorityIdentity} 127.0.0.1:{DirPort} {Fingerprint}");

    public void Start() => _process = TunicProgram.StartTor(_directory, [.. Torrc]);

    /// <summary>Has it read a torrc with these lines besides, which have to name a log file of their own.</summary>
    public async Task ReloadAsync(string logFile, TimeSpan limit, params string[] lines)
    {
        TunicProgram.WriteTorrc(_directory, [.. Torrc, "Log notice stdout", $"Log debug file {logFile}", .. lines]);
        Process.SendSignal(1);
        await Deadline.UntilAsync($"{Name} uses {logFile}", limit, () => Task.FromResult(File.Exists(logFile)));
    }

    /// <summary>Starts it again on the same data directory, whether it still runs or was killed.</summary>
    public async Task RestartAsync()
    {
        await Process.StopAsync();
        await Process.DisposeAsync();
        Start();
    }

    public Task WaitForBootstrapAsync(TimeSpan limit) => Process.WaitForLineAsync("Bootstrapped 100%", limit);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>Makes the keys of an authority and of its relay, with the program's own commands.</summary>
    internal async Task MakeAuthorityKeysAsync(TimeSpan limit)
    {
        Task<string> made = PeerProcess.RunAsync(
            TunicProgram.ExecutablePath, ["keys", "authority", DataDirectory, "--dir-address", Text($"127.0.0.1:{DirPort}")], limit);
        Fingerprint = await ListFingerprintAsync(limit);
        AuthorityIdentity = (await made).Trim().Split(' ')[^1];
    }

    /// <summary>Makes the keys of a relay if there are none, and returns its fingerprint.</summary>
    internal async Task<string> ListFingerprintAsync(TimeSpan limit)
    {
        string[] torrc = TunicProgram.WriteTorrc(_directory, "ORPort 1", "Address 127.0.0.1", "SocksPort 0", $"Nickname {Name}");
        string answer = await PeerProcess.RunAsync(TunicProgram.ExecutablePath, ["tor", .. torrc, "--list-fingerprint", "--quiet"], limit);
        return answer.Trim()[(Name.Length + 1)..].Replace(" ", "", StringComparison.Ordinal);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
