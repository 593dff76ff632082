using System.Globalization;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Voting.Liveness;

namespace Tunic.Tor.Network.Liveness;

/// <summary>Holds one question for liveness after the other (docs/spec/liveness.md, "Bundle"): a client with its directory, a mirror with each authority.</summary>
/// <remarks><see cref="RunAsync"/> is for one caller.</remarks>
/// <param name="ask">Sends one request and returns the whole answer, whatever its status.</param>
/// <param name="receive">Takes what is served, signatures unchecked; returns whether any of it was news.</param>
/// <param name="time">Clock and timers.</param>
/// <param name="log">Where to log.</param>
public sealed partial class LivenessPoll(
    Func<DirectoryRequest, CancellationToken, Task<DirectoryResponse>> ask, Func<LivenessBundle, bool> receive, TimeProvider time, ILogger log)
{
    /// <summary>How long an answer may take: somewhat longer than a directory may hold the question.</summary>
    public static readonly TimeSpan AnswerLimit = LivenessBundle.MaxHold + TimeSpan.FromSeconds(10);

    /// <summary>Between questions that bring nothing: a directory that answers at once without news must not keep us busy.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestPauseAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPauseAfterRefusal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPauseAfterRefusal = TimeSpan.FromMinutes(10);

    private ulong _number;
    private TimeSpan _pause;

    private enum Outcome
    {
        News,
        Nothing,
        Failure,

        /// <summary>A stock directory, which does not know the path, or one that serves something else.</summary>
        Refusal,
    }

    /// <summary>Told that the directory does not serve liveness, so that the next question may go to another one.</summary>
    public Func<Task> OnRefused { get; init; } = () => Task.CompletedTask;

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            long askedAt = time.GetTimestamp();
            Outcome outcome = await AskAsync(cancel);
            if (outcome is Outcome.Failure or Outcome.Refusal)
            {
                _number = 0; // the next answer may come from another directory, which counts differently
            }

            if (outcome == Outcome.Refusal)
            {
                await OnRefused();
            }

            TimeSpan pause = ChoosePause(outcome, time.GetElapsedTime(askedAt));
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancel);
            }
        }
    }

    private async Task<Outcome> AskAsync(CancellationToken cancel)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{LivenessBundle.Path}?after={_number}");
        try
        {
            DirectoryResponse response = await ask(new DirectoryRequest(path) { MaxBodyLength = LivenessBundle.MaxLength }, cancel);
            switch (response.Status)
            {
                case 200:
                    LivenessBundle bundle = LivenessBundle.Decode(response.Body.Span);
                    _number = bundle.Number;
                    return receive(bundle) ? Outcome.News : Outcome.Nothing;
                case 304:
                    return Outcome.Nothing;
                default:
                    LogRefused(log, response.Status, response.Reason);
                    return response.Status == 503 ? Outcome.Failure : Outcome.Refusal;
            }
        }
        catch (MalformedMessageException failure)
        {
            LogFailed(log, failure.Message);
            return Outcome.Refusal;
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested
            && failure is TunicException or IOException or TimeoutException or OperationCanceledException)
        {
            LogFailed(log, failure.Message);
            return Outcome.Failure;
        }
    }

    private TimeSpan ChoosePause(Outcome outcome, TimeSpan answeredAfter)
    {
        TimeSpan twice = 2 * _pause;
        _pause = outcome switch
        {
            Outcome.Failure => Clamp(twice, ShortestPause, LongestPauseAfterFailure),
            Outcome.Refusal => Clamp(twice, FirstPauseAfterRefusal, LongestPauseAfterRefusal),
            _ => TimeSpan.Zero,
        };
        return outcome == Outcome.Nothing && answeredAfter < ShortestPause ? ShortestPause : _pause;
    }

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;

    [LoggerMessage(LogLevel.Debug, "A directory does not serve liveness: {Status} {Reason}")]
    private static partial void LogRefused(ILogger log, int status, string reason);

    [LoggerMessage(LogLevel.Debug, "A question for liveness failed: {Failure}")]
    private static partial void LogFailed(ILogger log, string failure);
}
