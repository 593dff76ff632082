namespace Tunic.Tor.Relay.Descriptors;

/// <summary>How much a relay reads and writes: what it may claim in its descriptor, and the history in its extra-info document.</summary>
/// <remarks>Thread safe. The data path reports sums, for example once per second, not every cell.</remarks>
/// <param name="start">UTC, when the relay started.</param>
/// <param name="observationTime">How long the first day must be observed before it counts: 1 day, or 0 in test networks, as in stock tor.</param>
public sealed class BandwidthHistory(DateTime start, TimeSpan observationTime)
{
    private readonly Lock _gate = new();
    private readonly BandwidthObservation _read = new(start);
    private readonly BandwidthObservation _written = new(start);
    private int _selfTested;

    /// <summary>Reports bytes that connections carried since the last report.</summary>
    public void Add(long bytesRead, long bytesWritten, DateTime now)
    {
        lock (_gate)
        {
            _read.Add(bytesRead, now);
            _written.Add(bytesWritten, now);
        }
    }

    /// <summary>Reports what a self-test has shown, in bytes per second: claimed from now on while nothing better was seen.</summary>
    public void AddSelfTest(int bytesPerSecond)
    {
        lock (_gate)
        {
            _selfTested = Math.Max(_selfTested, bytesPerSecond);
        }
    }

    /// <summary>Bytes per second that the relay has shown to carry both ways, over ten seconds.</summary>
    public int Assess(DateTime now)
    {
        lock (_gate)
        {
            long most = Math.Min(_read.MostInWindow(now, observationTime), _written.MostInWindow(now, observationTime));
            return (int)Math.Max(Math.Min(most / BandwidthObservation.WindowSeconds, int.MaxValue), _selfTested);
        }
    }

    /// <summary>Lines for the extra-info document; none on the first day.</summary>
    /// <param name="now">UTC.</param>
    /// <param name="rate">Bytes per second relayed at most.</param>
    public IReadOnlyList<string> ToLines(DateTime now, long rate)
    {
        lock (_gate)
        {
            return [.. new[] { _written.ToLine("write-history", now, rate), _read.ToLine("read-history", now, rate) }.OfType<string>()];
        }
    }
}
