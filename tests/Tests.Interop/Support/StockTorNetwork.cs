using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>
/// A network of stock tor on 127.0.0.1 with directories, keys and ports of its own. Processes that a killed test run leaves behind end
/// by themselves, since each watches the test's process id.
/// </summary>
public sealed class StockTorNetwork : IAsyncDisposable
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(60);

    private readonly StockTorOptions _options;
    private readonly TestDirectory _directory = new("stock");
    private readonly List<StockTorNode> _nodes = [];
    private List<string> _authorityLines = [];
    private int _votingOffset;

    private StockTorNetwork(StockTorOptions options)
    {
        _options = options;
        Bandwidths = options.Bandwidths ?? new MeasuredBandwidths(Path.Combine(_directory.FullPath, "bandwidths"));
    }

    /// <summary>DirAuthority lines of this network (without the option name), for relays and clients that are not stock's.</summary>
    public IReadOnlyList<string> DirAuthorityLines => _authorityLines;

    public IReadOnlyList<StockTorNode> Authorities => InRole(StockTorRole.Authority);

    public IReadOnlyList<StockTorNode> Relays => InRole(StockTorRole.Relay);

    public IReadOnlyList<StockTorNode> Exits => InRole(StockTorRole.Exit);

    public IReadOnlyList<StockTorNode> Clients => InRole(StockTorRole.Client);

    public string DirectoryPath => _directory.FullPath;

    /// <summary>Starts everything and returns when every client has bootstrapped.</summary>
    public static async Task<StockTorNetwork> StartAsync(StockTorOptions? options = null)
    {
        var network = new StockTorNetwork(options ?? new StockTorOptions());
        try
        {
            await network.StartAuthoritiesAsync();
            await network.StartRelaysAsync();
            if (network.Authorities.Count > 0)
            {
                await network.WaitForConsensusWithAsync([.. network.Relays.Concat(network.Exits).Select(relay => relay.Fingerprint)]);
            }

            await network.StartClientsAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more node with the options of its role and these lines besides; does not wait for it.</summary>
    public StockTorNode Add(StockTorRole role, params string[] extraLines)
    {
        StockTorNode node = Prepare(role);
        WriteTorrc(node);
        File.AppendAllLines(node.TorrcPath, extraLines);
        node.Start();
        return node;
    }

    /// <summary>What the authorities vote with; others may add relays that are not stock's.</summary>
    public MeasuredBandwidths Bandwidths { get; }

    /// <summary>Gives a relay, also one that is not stock's, a weight in the next consensus.</summary>
    public void SetBandwidth(string fingerprint) => Bandwidths.Set(fingerprint);

    /// <summary>Waits until the first authority serves a consensus that lists all of these as Running.</summary>
    public async Task WaitForConsensusWithAsync(IReadOnlyCollection<string> fingerprints, TimeSpan? limit = null)
    {
        var directory = new StockDirectory(Authorities[0].DirectoryUri);
        IReadOnlySet<string> running = new HashSet<string>();
        try
        {
            await Deadline.UntilAsync("a consensus with every relay running", limit ?? StepLimit, async () =>
            {
                running = await directory.GetRunningRelaysAsync();
                return fingerprints.All(running.Contains);
            });
        }
        catch (TimeoutException exception)
        {
            IEnumerable<string> missing = fingerprints.Where(fingerprint => !running.Contains(fingerprint));
            throw new TimeoutException(
                $"{exception.Message}; not running: {string.Join(", ", missing)}; the authority says:\n{string.Join('\n', Authorities[0].Log.TakeLast(20))}",
                exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        _directory.Dispose();
    }

    private async Task StartAuthoritiesAsync()
    {
        StockTorNode[] authorities = [.. Enumerable.Range(0, _options.Authorities).Select(_ => Prepare(StockTorRole.Authority))];
        string[] own = await Task.WhenAll(authorities.Select(StockAuthorityKeys.CreateAsync));
        _authorityLines = [.. own, .. _options.ForeignAuthorities];

        // The slots of the first votes begin with the next second, just before an authority looks for the first time: so the first vote
        // comes about five seconds from now, after the relays' uploads, which come two to three seconds after their start.
        _votingOffset = (int)((DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1) % StockTorrc.InitialVotingInterval);
        foreach (StockTorNode authority in authorities)
        {
            Bandwidths.Set(authority.Fingerprint, 1);
            WriteTorrc(authority);
            authority.Start();
        }

        await Task.WhenAll(authorities.Select(authority => authority.Process.WaitForLineAsync("Opened Directory listener", StepLimit)));
    }

    private async Task StartRelaysAsync()
    {
        StockTorNode[] relays =
        [
            .. Enumerable.Range(0, _options.Relays).Select(_ => Add(StockTorRole.Relay)),
            .. Enumerable.Range(0, _options.Exits).Select(_ => Add(StockTorRole.Exit)),
        ];
        await Task.WhenAll(relays.Select(relay => relay.ReadFingerprintAsync(StepLimit)));
        foreach (StockTorNode relay in relays)
        {
            SetBandwidth(relay.Fingerprint);
        }
    }

    private async Task StartClientsAsync()
    {
        // A client that asks a relay for microdescriptors before the relay has them waits ten seconds to ask again.
        await Task.WhenAll(Relays.Concat(Exits).Select(WaitForDirectoryAsync));
        StockTorNode[] clients = [.. Enumerable.Range(0, _options.Clients).Select(_ => Add(StockTorRole.Client))];
        await Task.WhenAll(clients.Select(client => client.WaitForBootstrapAsync(StepLimit)));
    }

    /// <summary>A relay that has it at the first look, before it connects to anybody, says so only by its circuits.</summary>
    private static async Task WaitForDirectoryAsync(StockTorNode relay) => await await Task.WhenAny(
        relay.Process.WaitForLineAsync(" enough directory info", StepLimit),
        relay.WaitForBootstrapAsync(StepLimit));

    private StockTorNode Prepare(StockTorRole role)
    {
        string name = role.ToString().ToLowerInvariant() + (InRole(role).Count + 1).ToString(CultureInfo.InvariantCulture);
        var node = new StockTorNode(name, role, _directory.Make(name));
        _nodes.Add(node);
        return node;
    }

    private void WriteTorrc(StockTorNode node) => StockTorrc.Write(node, _options, _authorityLines, _votingOffset, Bandwidths.Path);

    private IReadOnlyList<StockTorNode> InRole(StockTorRole role) => [.. _nodes.Where(node => node.Role == role)];
}
