using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>One stock tor process with its directory and ports. Started and stopped by <see cref="StockTorNetwork"/>, or by a test that wants to see it die.</summary>
public sealed class StockTorNode : IAsyncDisposable
{
    private PeerProcess? _process;

    internal StockTorNode(string name, StockTorRole role, string directory)
    {
        Name = name;
        Role = role;
        DataDirectory = directory;
        EmptyFile = Path.Combine(directory, "defaults-torrc");
        File.WriteAllText(EmptyFile, "");

        int[] ports = LoopbackPorts.Take(4);
        ControlPort = ports[0];
        SocksPort = ports[1];
        OrPort = ports[2];
        DirPort = ports[3];
    }

    public string Name { get; }

    public StockTorRole Role { get; }

    public string DataDirectory { get; }

    public int ControlPort { get; }

    /// <summary>Of a client.</summary>
    public int SocksPort { get; }

    /// <summary>Of an authority, relay or exit.</summary>
    public int OrPort { get; }

    /// <summary>Of an authority.</summary>
    public int DirPort { get; }

    /// <summary>40 hexadecimal digits in upper case; of an authority or relay that has been started.</summary>
    public string Fingerprint { get; internal set; } = "";

    public string TorrcPath => Path.Combine(DataDirectory, "torrc");

    public PeerProcess Process => _process ?? throw new InvalidOperationException($"{Name} has not been started");

    /// <summary>Notice log of the running process.</summary>
    public IReadOnlyList<string> Log => Process.Lines;

    public Uri DirectoryUri => new($"http://127.0.0.1:{DirPort.ToString(CultureInfo.InvariantCulture)}/");

    internal string EmptyFile { get; }

    /// <summary>Arguments that make tor read this node's torrc and nothing of the machine's.</summary>
    internal string[] Arguments => ["-f", TorrcPath, "--defaults-torrc", EmptyFile];

    public void Start() => _process = PeerProcess.Start("tor", Arguments, DataDirectory, name: Name);

    public async Task RestartAsync()
    {
        await Process.StopAsync();
        await Process.DisposeAsync();
        Start();
    }

    public Task WaitForBootstrapAsync(TimeSpan limit) => Process.WaitForLineAsync("Bootstrapped 100%", limit);

    /// <summary>Opens a control connection and authenticates.</summary>
    public Task<TorControl> ControlAsync() => TorControl.ConnectAsync(ControlPort);

    /// <summary>Waits until its own consensus has these relays: an exit refuses streams that reach it through a relay that it does not know.</summary>
    public async Task WaitUntilItKnowsAsync(IReadOnlyCollection<string> fingerprints, TimeSpan limit)
    {
        string[] identities = [.. fingerprints.Select(fingerprint => Convert.ToBase64String(Convert.FromHexString(fingerprint)).TrimEnd('='))];
        await using TorControl control = await ControlAsync();
        await Deadline.UntilAsync($"{Name} knows the new relays", limit, async () =>
        {
            string relays = await control.GetInfoAsync("ns/all");
            return identities.All(relays.Contains);
        });
    }

    /// <summary>Waits until it has the microdescriptors of these relays too, so that its controller may build circuits through them.</summary>
    public async Task WaitUntilItCanUseAsync(IReadOnlyCollection<string> fingerprints, TimeSpan limit)
    {
        await WaitUntilItKnowsAsync(fingerprints, limit);
        await using TorControl control = await ControlAsync();
        foreach (string fingerprint in fingerprints)
        {
            await Deadline.UntilAsync($"{Name} has the microdescriptor of {fingerprint}", limit, async () =>
            {
                try
                {
                    return (await control.GetInfoAsync($"md/id/{fingerprint}")).Contains("onion-key", StringComparison.Ordinal);
                }
                catch (InvalidOperationException)
                {
                    return false; // stock's word for "not yet"
                }
            });
        }
    }

    /// <summary>Reads the identity's fingerprint, which tor writes when it starts as a relay.</summary>
    internal async Task ReadFingerprintAsync(TimeSpan limit)
    {
        string line = await Process.WaitForLineAsync("identity key fingerprint is", limit);
        Fingerprint = line.Split('\'')[^2].Split(' ')[1]; // ... identity key fingerprint is 'nickname FINGERPRINT'
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
