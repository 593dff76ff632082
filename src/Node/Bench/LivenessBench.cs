using System.Diagnostics;
using System.Globalization;
using Tunic.Node.Commands;
using Tunic.Node.Demonstration;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Bench;

/// <summary><c>tunic bench liveness</c>: a network of processes, a client in this one, and relays that are killed one after the other.</summary>
internal sealed class LivenessBench(string directory, NetworkSize size, NodeLog log) : IAsyncDisposable
{
    /// <summary>New circuits after each kill, none of which may hold the dead relay.</summary>
    private const int Checks = 10;

    private static readonly TimeSpan BootstrapLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ChangeLimit = TimeSpan.FromSeconds(60);

    /// <summary>A relay that was down at a vote is missing until the client asks for the next consensus but one.</summary>
    private static readonly TimeSpan ListedLimit = TimeSpan.FromMinutes(5);

    /// <summary>Heartbeats of everybody have been accepted by then.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly NodeEnvironment _environment = new(log, TimeProvider.System);
    private readonly DemonstrationPage _page = new();
    private PrivateNetwork? _network;
    private ClientNode? _client;

    /// <summary>Runs all of it.</summary>
    /// <exception cref="CommandException">The network did not come up, or a killed relay was not noticed.</exception>
    internal async Task<LivenessBenchReport> RunAsync(int runs, IProgressView view, CancellationToken cancel)
    {
        NetworkPlan plan = await NetworkPlan.PrepareAsync(directory, size, cancel);
        _network = new PrivateNetwork(plan, _environment);
        await _network.StartAsync(_page.Port, view, cancel);
        _client = new ClientNode(plan.ToProfile(), new ClientOptions(), new MemoryStateStore(), _environment);
        _client.Start();
        await _client.Client.Bootstrapped.WaitAsync(BootstrapLimit, cancel);
        view.Done("the client has bootstrapped");
        await Task.Delay(Settling, cancel);
        var report = new LivenessBenchReport();
        PlannedNode[] victims = [.. plan.Nodes.Where(node => node.Role != NodeRole.Authority)];
        for (int run = 0; run < runs; run++)
        {
            await WhenAllListedAsync(victims, cancel);
            LivenessBenchRun result = await MeasureAsync(victims[run % victims.Length], cancel);
            report.Runs.Add(result);
            view.Done(string.Create(
                CultureInfo.InvariantCulture,
                $"run {run + 1} of {runs}: {result.Relay} was out of the path choice after {result.Absent.TotalSeconds:0.00} s; a request made at the kill took {result.Request.TotalSeconds:0.00} s"));
        }

        return report;
    }

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

        await _page.DisposeAsync();
        _environment.Dispose();
    }

    private async Task<LivenessBenchRun> MeasureAsync(PlannedNode victim, CancellationToken cancel)
    {
        // Anywhere between two heartbeats.
        await Task.Delay(TimeSpan.FromSeconds(2 * Random.Shared.NextDouble()), cancel);
        NodeProcess process = _network!.Processes.First(each => each.Node == victim);
        TorClient client = _client!.Client;
        Task<long> absent = WhenAsync(down => down.Contains(victim.Identity), cancel);
        long killedAt = Stopwatch.GetTimestamp();
        await process.KillAsync(cancel);
        Task<FetchResult> request = CircuitFetch.RunAsync(client, _page.Url, Stream.Null, view: null, cancel);
        TimeSpan time = Stopwatch.GetElapsedTime(killedAt, await absent);
        await CheckAsync(victim.Identity, cancel);
        var result = new LivenessBenchRun(victim.Name, time, (await request).Total);
        Task<long> back = WhenAsync(down => down.Count == 0, cancel);
        await _network.RestartAsync(process, _page.Port, cancel);
        await back;
        await Task.Delay(Settling, cancel);
        return result;
    }

    /// <summary>Fetches the page over new circuits.</summary>
    private async Task CheckAsync(RsaIdentity victim, CancellationToken cancel)
    {
        for (int check = 0; check < Checks; check++)
        {
            FetchResult result = await CircuitFetch.RunAsync(_client!.Client, _page.Url, Stream.Null, view: null, cancel);
            if (result.Route.Any(relay => relay.RsaIdentity == victim))
            {
                throw new CommandException(ErrorKind.Internal, "A new circuit goes through a relay that is marked down.");
            }
        }
    }

    /// <summary>The client's consensus lists all of them: otherwise a run would begin with fewer guards or exits than the one before.</summary>
    private async Task WhenAllListedAsync(PlannedNode[] relays, CancellationToken cancel)
    {
        var listed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnView(NetworkView view)
        {
            if (Array.TrueForAll(relays, relay => view.Find(relay.Identity) is not null))
            {
                listed.TrySetResult();
            }
        }

        _client!.Client.ViewChanged += OnView;
        try
        {
            OnView(_client.Client.View!);
            await listed.Task.WaitAsync(ListedLimit, cancel);
        }
        catch (TimeoutException)
        {
            throw new CommandException(ErrorKind.Timeout, $"The client's consensus did not list every relay within {ListedLimit.TotalMinutes:0} minutes.");
        }
        finally
        {
            _client.Client.ViewChanged -= OnView;
        }
    }

    /// <summary>The moment at which the client's path choice has changed so.</summary>
    private async Task<long> WhenAsync(Predicate<IReadOnlySet<RsaIdentity>> isMeant, CancellationToken cancel)
    {
        var moment = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnChanged(IReadOnlySet<RsaIdentity> down)
        {
            if (isMeant(down))
            {
                moment.TrySetResult(Stopwatch.GetTimestamp());
            }
        }

        _client!.Client.DownChanged += OnChanged;
        try
        {
            return await moment.Task.WaitAsync(ChangeLimit, cancel);
        }
        catch (TimeoutException)
        {
            throw new CommandException(ErrorKind.Timeout, $"The client's path choice did not change within {ChangeLimit.TotalSeconds:0} s.");
        }
        finally
        {
            _client.Client.DownChanged -= OnChanged;
        }
    }
}
