namespace Tunic.Tor.Protocol.Voting.Timing;

/// <summary>Walks through the steps of one round: each once, in order, none before its time. A late caller gets them one after the other.</summary>
public sealed class VotingRound(VotingSchedule schedule)
{
    private const int StepCount = 5;

    private int _next;

    /// <summary>The times of this round.</summary>
    public VotingSchedule Schedule { get; } = schedule;

    /// <summary>The step that comes next; null after the last.</summary>
    public VotingStep? Next => _next < StepCount ? (VotingStep)_next : null;

    /// <summary>When the next step is due, UTC; null after the last.</summary>
    public DateTime? NextDeadline => Next is { } step ? Schedule.TimeOf(step) : null;

    /// <summary>Takes the next step if it is due.</summary>
    public bool TryTake(DateTime now, out VotingStep step)
    {
        step = Next ?? default;
        if (Next is null || Schedule.TimeOf(step) > now)
        {
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>Takes the next step ahead of its time, because everything that it waits for is there.</summary>
    /// <returns>False when another step is next.</returns>
    public bool TryTakeEarly(VotingStep step)
    {
        if (Next != step)
        {
            return false;
        }

        _next++;
        return true;
    }
}
