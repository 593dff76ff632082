using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>Authorities, relays, exits and clients that are all `tunic tor`, from torrc files, on 127.0.0.1. The counterpart of <see cref="StockTorNetwork"/>.</summary>
public sealed class TunicTorNetwork : IAsyncDisposable
{
    /// <summary>Seconds between two votes; stock's smallest, and enough for a round in seconds.</summary>
    public const int VotingInterval = 10;

    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(90);

    private readonly TestDirectory _directory = new("tunic");
    private readonly List<TunicTorNode> _authorities = [];
    private readonly List<TunicTorNode> _relays = [];
    private readonly List<TunicTorNode> _exits = [];
    private readonly List<TunicTorNode> _clients = [];
    private List<string> _authorityLines = [];

    private TunicTorNetwork(MeasuredBandwidths? bandwidths) =>
        Bandwidths = bandwidths ?? new MeasuredBandwidths(Path.Combine(_directory.FullPath, "bandwidths"));

    public IReadOnlyList<TunicTorNode> Authorities => _authorities;

    public IReadOnlyList<TunicTorNode> Relays => _relays;

    public IReadOnlyList<TunicTorNode> Exits => _exits;

    public IReadOnlyList<TunicTorNode> Clients => _clients;

    /// <summary>DirAuthority lines of this network, without the option name.</summary>
    public IReadOnlyList<string> DirAuthorityLines => _authorityLines;

    public MeasuredBandwidths Bandwidths { get; }

    /// <summary>Starts everything. Returns when the authorities serve, and the relays and clients, if there are any, have bootstrapped.</summary>
    public static async Task<TunicTorNetwork> StartAsync(TunicTorOptions options)
    {
        var network = new TunicTorNetwork(options.Bandwidths);
        try
        {
            await network.StartAuthoritiesAsync(options);
            await network.StartRelaysAsync(options);
            TunicTorNode[] clients = [.. Enumerable.Range(0, options.Clients).Select(_ => network.AddClient())];
            await Task.WhenAll(clients.Select(client => client.WaitForBootstrapAsync(StepLimit)));
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more client with these lines besides; does not wait for it.</summary>
    public TunicTorNode AddClient(params string[] lines)
    {
        TunicTorNode node = Prepare(_clients, "client");
        Start(node, [Text($"SocksPort {node.SocksPort}"), .. lines]);
        return node;
    }

    /// <summary>The fingerprints that an authority's current consensus calls Running.</summary>
    public Task<IReadOnlySet<string>> GetRunningRelaysAsync(int authority = 0) => Authorities[authority].Directory.GetRunningRelaysAsync();

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_authorities.Concat(_relays).Concat(_exits).Concat(_clients).Select(node => node.DisposeAsync().AsTask()));
        _directory.Dispose();
    }

    private async Task StartAuthoritiesAsync(TunicTorOptions options)
    {
        TunicTorNode[] authorities = [.. Enumerable.Range(0, options.Authorities).Select(_ => Prepare(_authorities, "authority"))];
        await Task.WhenAll(authorities.Select(authority => authority.MakeAuthorityKeysAsync(StepLimit)));
        _authorityLines = [.. authorities.Select(authority => authority.DirAuthorityLine), .. options.ForeignAuthorities];

        // The slots of the first votes begin with the next second but one, so that the relays' uploads come before the first vote.
        int offset = (int)((DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2) % StockTorrc.InitialVotingInterval);
        foreach (TunicTorNode authority in authorities)
        {
            Bandwidths.Set(authority.Fingerprint, 1);
            Start(authority, [.. ServerLines(authority), "SocksPort 0", "ExitRelay 0", .. options.AuthorityLines, .. AuthorityLines(authority, offset)]);
        }

        await Task.WhenAll(authorities.Select(authority => authority.Process.WaitForLineAsync("Opened Directory listener", StepLimit)));
    }

    private async Task StartRelaysAsync(TunicTorOptions options)
    {
        TunicTorNode[] relays =
        [
            .. Enumerable.Range(0, options.Relays).Select(_ => Prepare(_relays, "relay")),
            .. Enumerable.Range(0, options.Exits).Select(_ => Prepare(_exits, "exit")),
        ];
        foreach (TunicTorNode relay in relays)
        {
            string[] exit = _exits.Contains(relay) ? ["ExitRelay 1", .. options.ExitLines] : ["SocksPort 0", "ExitRelay 0"];
            Start(relay, [.. ServerLines(relay), .. exit]);
        }

        await Task.WhenAll(relays.Select(RegisterAsync));
        await Task.WhenAll(relays.Select(relay => relay.WaitForBootstrapAsync(StepLimit)));

        // An exit refuses what comes from a relay that its consensus does not have, and the first one may not have all.
        string whole = Text($" with {_authorities.Count + relays.Length} relays");
        if (_authorities.Count > 0)
        {
            await Task.WhenAll(relays.Select(relay => relay.Process.WaitForLineAsync(whole, StepLimit)));
        }
    }

    private async Task RegisterAsync(TunicTorNode relay)
    {
        relay.Fingerprint = (await relay.Process.WaitForLineAsync("identity key fingerprint is", StepLimit)).Split('\'')[^2].Split(' ')[1];
        Bandwidths.Set(relay.Fingerprint);
    }

    private TunicTorNode Prepare(List<TunicTorNode> nodes, string role)
    {
        string name = role + (nodes.Count + 1).ToString(CultureInfo.InvariantCulture);
        var node = new TunicTorNode(name, _directory.Make(name));
        nodes.Add(node);
        return node;
    }

    private void Start(TunicTorNode node, IReadOnlyList<string> lines)
    {
        node.Torrc = ["TestingTorNetwork 1", "AddressDisableIPv6 1", "ShutdownWaitLength 0", .. _authorityLines.Select(line => $"DirAuthority {line}"), .. lines];
        node.Start();
    }

    private static string[] ServerLines(TunicTorNode node) =>
    [
        "Address 127.0.0.1",
        "AssumeReachable 1",
        $"Nickname {node.Name}",
        "ContactInfo test@example.invalid",
        Text($"ORPort 127.0.0.1:{node.OrPort}"),
    ];

    private string[] AuthorityLines(TunicTorNode node, int votingOffset) =>
    [
        "AuthoritativeDirectory 1",
        "V3AuthoritativeDirectory 1",
        Text($"DirPort 127.0.0.1:{node.DirPort}"),
        Text($"TestingV3AuthInitialVotingInterval {StockTorrc.InitialVotingInterval}"),
        "TestingV3AuthInitialVoteDelay 2",
        "TestingV3AuthInitialDistDelay 2",
        Text($"TestingV3AuthVotingStartOffset {votingOffset}"),
        Text($"V3AuthVotingInterval {VotingInterval}"),
        "V3AuthVoteDelay 2",
        "V3AuthDistDelay 2",
        "V3AuthNIntervalsValid 4",
        "TestingDirAuthVoteHSDir *",
        "TestingDirAuthVoteGuard *",
        "AuthDirVoteStableGuaranteeMinUptime 0", // a guard must be Stable, and half of a new network has been up for less than the median
        "TestingMinExitFlagThreshold 0",
        $"V3BandwidthsFile {Bandwidths.Path}",
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
