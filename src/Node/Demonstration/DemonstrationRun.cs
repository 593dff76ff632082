using System.Diagnostics;
using System.Globalization;
using Tunic.Node.Commands;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Demonstration;

/// <summary>The demonstration: network, page, client, one fetch. All of it stays up until dispose.</summary>
internal sealed class DemonstrationRun(DemonstrationOptions options, NodeLog log) : IAsyncDisposable
{
    private const string ClientName = "client";
    private const string PageName = "page";
    private static readonly TimeSpan BootstrapLimit = TimeSpan.FromSeconds(60);

    private readonly NodeEnvironment _environment = new(log, TimeProvider.System);
    private readonly DemonstrationPage _page = new();
    private DataDirectoryLock? _lock;
    private PrivateNetwork? _network;
    private ClientNode? _client;
    private MetricsEndpoint? _metrics;

    /// <summary>Brings everything up and fetches the page.</summary>
    /// <exception cref="CommandException">Something did not come up.</exception>
    internal async Task<DemonstrationReport> RunAsync(IProgressView view, CancellationToken cancel)
    {
        PrivateFiles.MakeDirectory(options.Directory);
        _lock = DataDirectoryLock.TryTake(options.Directory)
            ?? throw new CommandException(ErrorKind.LocalState, $"Another `tunic up` uses {options.Directory}: end it, or choose another directory with --data.");
        view.Begin("making keys");
        NetworkPlan plan = await NetworkPlan.PrepareAsync(options.Directory, options.Size, cancel);
        OpenClient(plan);
        if (options.MetricsPort != 0)
        {
            _metrics = new MetricsEndpoint(options.MetricsPort);
            plan = plan.WithMetrics(options.MetricsPort + 1);
        }

        view.Done($"keys of {plan.Nodes.Count} relays and authorities in {options.Directory}");
        _network = new PrivateNetwork(plan, _environment);
        var clock = Stopwatch.StartNew();
        await _network.StartAsync(_page.Port, view, cancel);
        TimeSpan up = clock.Elapsed;
        TimeSpan bootstrap = await BootstrapAsync(_client!.Client, view, cancel);
        (FetchResult fetch, SocketWitness witness) = await FetchAsync(view, cancel);
        return new DemonstrationReport
        {
            Fetch = fetch,
            Sights = Describe(fetch.Route, witness),
            NetworkUp = up,
            Bootstrap = bootstrap,
            Processes = _network.Processes.Count,
        };
    }

    /// <summary>How to go on by hand.</summary>
    internal string DescribePorts() => string.Create(
        CultureInfo.InvariantCulture,
        $"\nIt stays up until Ctrl+C. Try:\n  curl --socks5-hostname 127.0.0.1:{options.Ports.SocksPort} {_page.Url}\n  curl --proxy http://127.0.0.1:{options.Ports.HttpPort} {_page.Url}") + DescribeMetrics();

    private string DescribeMetrics() => _metrics is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"\nMetrics: http://{_metrics.Address}/metrics of the client, and on the ports up to {options.MetricsPort + _network!.Processes.Count} of authorities, relays and exits.");

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_network is not null)
        {
            await _network.DisposeAsync();
        }

        if (_metrics is not null)
        {
            await _metrics.DisposeAsync();
        }

        await _page.DisposeAsync();
        _environment.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Before the network is started, so that a port in use is told at once. The client keeps nothing: each run shows a bootstrap from nothing.</summary>
    private void OpenClient(NetworkPlan plan)
    {
        _client = new ClientNode(plan.ToProfile(), new ClientOptions(), new MemoryStateStore(), _environment);
        ClientCommand.OpenPorts(_client, _environment, options.Ports, isPrivate: true);
    }

    private async Task<TimeSpan> BootstrapAsync(TorClient client, IProgressView view, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        view.Show(client);
        _client!.Start();
        try
        {
            await client.Bootstrapped.WaitAsync(BootstrapLimit, cancel);
        }
        catch (TimeoutException)
        {
            throw new CommandException(
                ErrorKind.Timeout, $"The client did not bootstrap within {BootstrapLimit.TotalSeconds:0} s; it is at {client.Bootstrap.Percent}%: {client.Bootstrap.Summary}.");
        }

        return clock.Elapsed;
    }

    private async Task<(FetchResult Result, SocketWitness Witness)> FetchAsync(IProgressView view, CancellationToken cancel)
    {
        SocketWitness? witness = null;
        _page.OnVisit = _ => witness = SocketWitness.Observe([.. _network!.Processes.Select(process => process.Id), Environment.ProcessId]);
        FetchResult result = await CircuitFetch.RunAsync(_client!.Client, _page.Url, Stream.Null, view, cancel);
        _page.OnVisit = null;
        return (result, witness!);
    }

    private List<HopSight> Describe(IReadOnlyList<Relay> route, SocketWitness witness)
    {
        Party[] parties =
        [
            new(ClientName, "client", port => port != _page.Port, Environment.ProcessId),
            .. route.Select((relay, hop) => new Party(
                relay.Status.Nickname,
                hop == 0 ? "guard" : hop == route.Count - 1 ? "exit" : "middle",
                _ => true,
                _network!.Processes.First(process => process.Node.Identity == relay.RsaIdentity).Id)),
            new(PageName, "page", port => port == _page.Port, Environment.ProcessId),
        ];
        return [.. parties.Select(party => new HopSight(
            party.Name,
            party.Role,
            [.. parties.Where(other => other != party && AreConnected(party, other, witness)).Select(other => other.Name)],
            [.. parties.Where(other => other != party && !AreConnected(party, other, witness)).Select(other => other.Name)]))];
    }

    private static bool AreConnected(Party first, Party second, SocketWitness witness) =>
        witness.AreConnected(first.Process, first.HasPort, second.Process, second.HasPort);

    /// <summary>Somebody on the way. Client and page share a process, and are told apart by the page's port.</summary>
    private sealed record Party(string Name, string Role, Func<int, bool> HasPort, int Process);
}
