using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Parameters;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>Where a consensus stands among time periods and runs of the shared random protocol (hs_common.c, shared_random_client.c).</summary>
/// <remarks>
/// Client and service go by the valid-after time of their consensus and never by the clock, so that both come to the same result. A period
/// begins in the middle of a run: twelve rounds after the value it is named with became known. All times are UTC.
/// </remarks>
public sealed record PeriodSchedule
{
    private const int RoundsPerRun = 2 * SharedRandomState.RoundsPerPhase;
    private const int SecondsPerMinute = 60;
    private const int SecondsPerDay = 24 * 60 * 60;

    private readonly long _validAfter;
    private readonly long _votingInterval;
    private readonly ulong _periodMinutes;

    /// <param name="validAfter">Of the consensus, 1970 or later.</param>
    /// <param name="votingInterval">From valid-after to fresh-until of the consensus, a second to a day.</param>
    /// <param name="periodLength">The consensus parameter hsdir_interval; null on a test network, where a period is as long as a run.</param>
    public PeriodSchedule(DateTime validAfter, TimeSpan votingInterval, TimeSpan? periodLength)
    {
        _validAfter = UnixSeconds.Of(validAfter);
        _votingInterval = Math.Clamp(UnixSeconds.Of(votingInterval), 1, SecondsPerDay);
        long seconds = periodLength is { } length ? UnixSeconds.Of(length) : _votingInterval * RoundsPerRun;
        _periodMinutes = (ulong)Math.Max(1, seconds / SecondsPerMinute);
    }

    /// <summary>The schedule of a consensus.</summary>
    /// <param name="consensus">Reasonably live.</param>
    /// <param name="isTestNetwork">TestingTorNetwork: a period then lasts 24 voting intervals.</param>
    public static PeriodSchedule Of(Consensus consensus, bool isTestNetwork) => new(
        consensus.ValidAfter,
        consensus.FreshUntil - consensus.ValidAfter,
        isTestNetwork ? null : new NetworkParameters(consensus.Parameters).HiddenServiceInterval);

    /// <summary>The period of the consensus. Clients fetch by this one.</summary>
    public TimePeriod CurrentPeriod => PeriodAt(UnixSeconds.ToTime(_validAfter));

    /// <summary>Length of a run of the shared random protocol: 24 voting intervals.</summary>
    public TimeSpan RunLength => TimeSpan.FromSeconds(_votingInterval * RoundsPerRun);

    /// <summary>When the run of the consensus began, and with it the current shared random value.</summary>
    public DateTime CurrentRunStart =>
        UnixSeconds.ToTime(_validAfter - (_validAfter / _votingInterval % RoundsPerRun * _votingInterval));

    /// <summary>When the run before began, and with it the previous shared random value.</summary>
    public DateTime PreviousRunStart => CurrentRunStart - RunLength;

    /// <summary>When the next run begins: services then let the second descriptor become the first and make a new second one.</summary>
    public DateTime NextRunStart => CurrentRunStart + RunLength;

    /// <summary>
    /// Whether the consensus lies after the start of a period and before the next shared random value (on the public network 12:00 to 00:00).
    /// Then the period under way goes with the current value; otherwise with the previous one.
    /// </summary>
    public bool IsBetweenPeriodAndSharedRandom => UnixSeconds.ToTime(_validAfter) >= StartOf(PeriodAt(CurrentRunStart).Next);

    private long OffsetSeconds => _votingInterval * SharedRandomState.RoundsPerPhase;

    /// <summary>The period of some time.</summary>
    /// <param name="time">UTC, later than the offset of the first period.</param>
    public TimePeriod PeriodAt(DateTime time)
    {
        long minutes = (UnixSeconds.Of(time) / SecondsPerMinute) - (OffsetSeconds / SecondsPerMinute);
        return new TimePeriod((ulong)Math.Max(0, minutes) / _periodMinutes, _periodMinutes);
    }

    /// <summary>When a period begins.</summary>
    /// <param name="period">One of this schedule's length.</param>
    public DateTime StartOf(TimePeriod period) =>
        UnixSeconds.ToTime((long)(period.Number * _periodMinutes * SecondsPerMinute) + OffsetSeconds);
}
