using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>Keeps what the client knows of the network fresh: consensus, certificates, microdescriptors (dir-spec, "Client operation").</summary>
/// <remarks>One loop owns all of it; what others see are immutable views handed to the planner.</remarks>
internal sealed class ClientDirectory
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    /// <summary>The clock may be set, and the machine sleep: what is due is looked at again at least so often.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestMicrodescriptorRetry = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NetworkProfile _profile;
    private readonly ClientOptions _options;
    private readonly DirectoryCache _cache;
    private readonly PathPlanner _planner;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ClockWatch _clock;
    private readonly ClientConsensus _consensus;
    private readonly ClientMicrodescriptors _microdescriptors;
    private readonly GuardWarning _guardWarning;
    private readonly RetryPause _pause;
    private readonly RetryPause _microdescriptorPause;
    private DateTime _nextFetch;
    private int _missing;
    private bool _isLoaded;

    internal ClientDirectory(
        NetworkProfile profile,
        ClientOptions options,
        DirectoryCache cache,
        IDirectoryFetcher fetcher,
        PathPlanner planner,
        ClockWatch clock,
        RandomSource random,
        TimeProvider time,
        ILogger log,
        IProgress<BootstrapProgress>? progress)
    {
        (_profile, _options, _cache, _planner, _clock) = (profile, options, cache, planner, clock);
        (_random, _time, _log, Progress) = (random, time, log, progress);
        _guardWarning = new GuardWarning(log);
        _pause = new RetryPause(FirstRetry, LongestRetry, random);
        _microdescriptorPause = new RetryPause(FirstRetry, LongestMicrodescriptorRetry, random);
        _consensus = new ClientConsensus(profile, new ProtocolRequirements(options.ServesRelay, log), cache, fetcher, clock, time, log) { Progress = progress };
        _microdescriptors = new ClientMicrodescriptors(cache, fetcher) { Progress = progress, OnArrived = PublishView };
    }

    /// <summary>Told of each new view.</summary>
    internal Action<NetworkView>? OnView { get; init; }

    /// <summary>Ends when enough is known to build circuits.</summary>
    internal Task Ready => _ready.Task;

    private IProgress<BootstrapProgress>? Progress { get; }

    private DateTime UtcNow => _time.GetUtcNow().UtcDateTime;

    /// <summary>Reads what earlier runs have left; the second time it does nothing.</summary>
    /// <exception cref="CorruptStateException">A file makes no sense.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OutdatedProgramException">The network requires what this program does not speak.</exception>
    internal async Task LoadAsync(CancellationToken cancel)
    {
        if (_isLoaded)
        {
            return;
        }

        if (await _cache.ReadStateAsync(cancel) is { } state && _planner.LoadState(state) is { } fault)
        {
            throw _cache.CorruptState(fault);
        }

        await _microdescriptors.LoadAsync(cancel);
        await _consensus.LoadAsync(cancel);
        if (_consensus.Current is { } consensus)
        {
            Adopt(consensus, before: null);
        }

        _isLoaded = true;
    }

    /// <summary>Loads the cache if nobody has, fetches what is missing, and goes on until cancelled.</summary>
    /// <exception cref="OutdatedProgramException">The network requires what this program does not speak.</exception>
    internal async Task RunAsync(CancellationToken cancel)
    {
        await LoadAsync(cancel);
        while (!cancel.IsCancellationRequested)
        {
            TimeSpan pause;
            try
            {
                pause = await UpdateAsync(cancel);
                _pause.Reset();
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested && failure is not OutdatedProgramException)
            {
                pause = _pause.Next();
                Report(failure, pause);
            }

            await SaveStateAsync(cancel);
            await SleepAsync(pause, cancel);
        }
    }

    /// <summary>Writes guards and build times when they have changed. A disk that is full now may have room the next time.</summary>
    internal async Task SaveStateAsync(CancellationToken cancel)
    {
        if (_planner.TakeChangedState() is not { } state)
        {
            return;
        }

        try
        {
            await _cache.WriteStateAsync(state, cancel);
        }
        catch (IOException failure)
        {
            _planner.KeepUnsaved();
            DirectoryLog.StateNotSaved(_log, failure.Message);
        }
    }

    /// <summary>Sleeps so long by the clock on the wall or by the one that never jumps, whichever says first that it is over.</summary>
    private async Task SleepAsync(TimeSpan pause, CancellationToken cancel)
    {
        (DateTime start, long stamp) = (UtcNow, _time.GetTimestamp());
        while (true)
        {
            TimeSpan slept = _time.GetElapsedTime(stamp);
            TimeSpan passed = UtcNow - start;
            TimeSpan left = pause - (slept > passed ? slept : passed);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(left < LongestSleep ? left : LongestSleep, _time, cancel);
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>How long there is nothing to do.</returns>
    private async Task<TimeSpan> UpdateAsync(CancellationToken cancel)
    {
        Exception? failure = null;
        Consensus? before = _consensus.Current;
        if (before is null || UtcNow >= _nextFetch)
        {
            try
            {
                await _consensus.UpdateAsync(cancel);
                Adopt(_consensus.Current!, before);
            }
            catch (TunicException late) when (before is not null && late is not OutdatedProgramException)
            {
                failure = late; // what the present one names is fetched all the same
            }
        }

        TimeSpan untilRetry = await UpdateMicrodescriptorsAsync(cancel);
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        TimeSpan untilFetch = _nextFetch - UtcNow;
        TimeSpan pause = untilRetry < untilFetch ? untilRetry : untilFetch;
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    /// <summary>Fetches those that are missing.</summary>
    /// <returns>When to try again, if some still are: at once when this try got others, so that one poor directory costs no time.</returns>
    private async Task<TimeSpan> UpdateMicrodescriptorsAsync(CancellationToken cancel)
    {
        int before = _missing;
        _missing = await _microdescriptors.UpdateAsync(_consensus.Current!, cancel);
        if (_missing == 0)
        {
            return TimeSpan.MaxValue;
        }

        bool isProgress = before == 0 || _missing < before;
        if (isProgress)
        {
            _microdescriptorPause.Reset();
        }

        return isProgress ? TimeSpan.Zero : _microdescriptorPause.Next();
    }

    private void Adopt(Consensus consensus, Consensus? before)
    {
        _microdescriptors.OnConsensus(consensus, before);
        _missing = 0;
        _nextFetch = ConsensusSchedule.ChooseNextFetch(consensus, _profile.IsPrivate, _random);
        DirectoryLog.NewConsensus(_log, consensus.ValidAfter, consensus.Relays.Count);
        PublishView();
    }

    private void PublishView()
    {
        var view = new NetworkView(_consensus.Current!, _microdescriptors.Known);
        _planner.Update(view);
        _guardWarning.OnSupply(_planner.MeasureGuards());
        OnView?.Invoke(view);
        if (_planner.MeasureAvailability(view) is { } availability && availability.PathFraction >= _options.PathsNeeded && _planner.KnowsGuards)
        {
            Progress?.Report(BootstrapProgress.EnoughDirectory);
            _ready.TrySetResult();
        }
    }

    private void Report(Exception failure, TimeSpan retry)
    {
        if (failure is not (TunicException or IOException or TimeoutException))
        {
            DirectoryLog.Fault(_log, failure);
        }
        else if (_clock.IsWrong)
        {
            DirectoryLog.UpdateFailedByClock(_log, failure.Message, retry.TotalSeconds); // its reason has been told
        }
        else
        {
            DirectoryLog.UpdateFailed(_log, failure.Message, retry.TotalSeconds);
        }
    }
}
