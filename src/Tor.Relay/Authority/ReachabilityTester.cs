using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Tests relays, so many at the same time and each only once: what anybody uploads must not keep proven relays from being tested in time.</summary>
/// <remarks>
/// Thread safe. Relays that were reached lately or are in the consensus have half of the places to themselves; those that were only uploaded, and
/// may be addresses at which nobody is, share the other half.
/// </remarks>
/// <param name="probe">Tests one address.</param>
/// <param name="maxProbes">Relays tested at the same time.</param>
/// <param name="timeLimit">How long the test of one address may take.</param>
/// <param name="time">Timers.</param>
/// <param name="log">Where to log.</param>
internal sealed partial class ReachabilityTester(
    IReachabilityProbe probe, int maxProbes, TimeSpan timeLimit, TimeProvider time, ILogger log) : IAsyncDisposable
{
    /// <summary>Twice the relays of the public network. Who finds no room is tested in a later turn.</summary>
    private const int MaxWaiting = 16_384;

    /// <summary>As many relays as authorities let one address have (AuthDirMaxServersPerAddr of the public network).</summary>
    private const int MaxPerAddress = 8;

    private readonly Lock _gate = new();
    private readonly Lane _proven = new((maxProbes + 1) / 2);
    private readonly Lane _others = new(Math.Max(1, maxProbes / 2));
    private readonly Dictionary<RsaIdentity, Progress> _outstanding = [];
    private readonly BackgroundTasks _tasks = new(log);

    private enum Progress
    {
        Waiting,
        Running,

        /// <summary>It was asked for again meanwhile: the relay may have moved since it began.</summary>
        RunningAndWanted,
    }

    /// <summary>Where a relay is now; null for one that is not to be tested any more. Called from many threads.</summary>
    public required Func<RsaIdentity, ProbeTarget?> Find { get; init; }

    /// <summary>A relay was reached: its fingerprint, the Ed25519 identity that it proved, and where. Called from many threads.</summary>
    public required Action<RsaIdentity, Ed25519Identity, IPEndPoint> OnReachable { get; init; }

    /// <summary>Tests a relay when there is a place for it; nothing happens when it waits for one already.</summary>
    public void Test(RsaIdentity relay)
    {
        if (Find(relay) is not { } target)
        {
            return;
        }

        Lane lane = target.IsProven ? _proven : _others;
        lock (_gate)
        {
            if (_outstanding.TryGetValue(relay, out Progress progress))
            {
                _outstanding[relay] = progress == Progress.Waiting ? Progress.Waiting : Progress.RunningAndWanted;
                return;
            }

            if (!lane.Queue.TryAdd(relay, target.IPv4.Address, out RsaIdentity? dropped))
            {
                return;
            }

            _outstanding.Add(relay, Progress.Waiting);
            if (dropped is { } other)
            {
                _outstanding.Remove(other);
            }
        }

        StartNext(lane);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private void StartNext(Lane lane)
    {
        while (TryTake(lane, out RsaIdentity relay, out IPAddress address))
        {
            _tasks.TryRun(cancel => RunAsync(lane, relay, address, cancel));
        }
    }

    private bool TryTake(Lane lane, out RsaIdentity relay, out IPAddress address)
    {
        lock (_gate)
        {
            (relay, address) = (default, IPAddress.None);
            if (lane.Running >= lane.Places || !lane.Queue.TryTake(out relay, out address))
            {
                return false;
            }

            lane.Running++;
            _outstanding[relay] = Progress.Running;
            return true;
        }
    }

    private async Task RunAsync(Lane lane, RsaIdentity relay, IPAddress address, CancellationToken cancel)
    {
        try
        {
            if (Find(relay) is { } target)
            {
                await ProbeAsync(relay, target.IPv4, cancel);
                await (target.IPv6 is { } other ? ProbeAsync(relay, other, cancel) : Task.CompletedTask);
            }
        }
        finally
        {
            Finish(lane, relay, address);
        }
    }

    private void Finish(Lane lane, RsaIdentity relay, IPAddress address)
    {
        Progress progress;
        lock (_gate)
        {
            lane.Running--;
            lane.Queue.Finish(address);
            _outstanding.Remove(relay, out progress);
        }

        if (progress == Progress.RunningAndWanted)
        {
            Test(relay);
        }

        StartNext(lane);
    }

    private async Task ProbeAsync(RsaIdentity relay, IPEndPoint address, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(timeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            if (await probe.ProbeAsync(address, relay, either.Token) is { } identity)
            {
                OnReachable(relay, identity, address);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            LogSilent(log, relay.ToString());
        }
    }

    [LoggerMessage(LogLevel.Debug, "The relay {Relay} does not answer.")]
    private static partial void LogSilent(ILogger log, string relay);

    private sealed class Lane(int places)
    {
        public int Places => places;

        public int Running { get; set; }

        public ProbeQueue Queue { get; } = new(MaxWaiting, MaxPerAddress);
    }
}
