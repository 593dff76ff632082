using Microsoft.Extensions.Logging;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Node.Hosting;

/// <summary>Replaces a relay's keys when they are due, for as long as the relay runs. What fails is told and tried again: a disk may be full for a while only.</summary>
/// <param name="keys">The keys; nobody else rotates them.</param>
/// <param name="schedule">Of the newest consensus.</param>
/// <param name="use">Takes the new keys into use.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
internal sealed partial class KeyRotation(
    RelayKeys keys, Func<OnionKeySchedule> schedule, Action<RelayKeyChanges> use, TimeProvider time, ILogger log)
{
    internal static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Rotates until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancel)
    {
        bool hasFailed = false;
        while (true)
        {
            await Task.Delay(hasFailed ? RetryPause : UntilNext(), time, cancel);
            try
            {
                hasFailed = !await RotateAsync(cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                hasFailed = true;
                LogFault(log, failure);
            }
        }
    }

    private TimeSpan UntilNext()
    {
        TimeSpan pause = keys.NextRotation - Now();
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause < LongestPause ? pause : LongestPause;
    }

    private async Task<bool> RotateAsync(CancellationToken cancel)
    {
        RelayKeyRotation rotation = await keys.RotateAsync(schedule(), Now(), cancel);
        use(rotation.Changes);
        if (rotation.Failure is { } failure)
        {
            LogNotReplaced(log, failure.Message);
        }

        return rotation.Failure is null;
    }

    private DateTime Now() => time.GetUtcNow().UtcDateTime;

    [LoggerMessage(Level = LogLevel.Error, Message = "Some of the relay's keys are due and cannot be replaced for now: {Failure}")]
    private static partial void LogNotReplaced(ILogger log, string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while keys were replaced; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
