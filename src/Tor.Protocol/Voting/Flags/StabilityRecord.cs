namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>One relay's ups and downs, with older ones counting less (rephist.c). Seconds since 1970; 0 for "not".</summary>
internal sealed class StabilityRecord
{
    private const double SmallestWeight = 0.0001;

    /// <summary>Sum of the lengths of all runs, weighted.</summary>
    public long WeightedRunLength { get; set; }

    /// <summary>Sum of the weights of all runs.</summary>
    public double RunWeights { get; set; }

    /// <summary>Start of the run under way.</summary>
    public long StartOfRun { get; set; }

    /// <summary>Start of the downtime under way.</summary>
    public long StartOfDowntime { get; set; }

    /// <summary>Seconds up, weighted.</summary>
    public long WeightedUptime { get; set; }

    /// <summary>Seconds known, weighted.</summary>
    public long WeightedTime { get; set; }

    /// <summary>Where it was reached last.</summary>
    public System.Net.IPEndPoint? LastAddress { get; set; }

    /// <summary>Whether there is nothing to remember.</summary>
    public bool IsBlank => RunWeights < SmallestWeight && StartOfRun == 0;

    public void OnReachable(long when)
    {
        if (StartOfRun == 0)
        {
            StartOfRun = when;
        }

        if (StartOfDowntime != 0)
        {
            WeightedTime += when - StartOfDowntime;
            StartOfDowntime = 0;
        }
    }

    public void OnUnreachable(long when)
    {
        if (StartOfRun != 0)
        {
            long length = when - StartOfRun;
            RunWeights += 1.0;
            StartOfRun = 0;

            // Negative when the downtime is put before the start: a relay that changed its address is punished so.
            WeightedRunLength = Math.Max(WeightedRunLength + length, 0);
            WeightedUptime = Math.Max(WeightedUptime + length, 0);
            WeightedTime += Math.Max(length, 0);
        }

        if (StartOfDowntime == 0)
        {
            StartOfDowntime = when;
        }
    }

    public void Downrate(double factor)
    {
        WeightedRunLength = (long)(WeightedRunLength * factor);
        RunWeights *= factor;
        WeightedUptime = (long)(WeightedUptime * factor);
        WeightedTime = (long)(WeightedTime * factor);
    }

    public double MeanTimeBetweenFailures(long now)
    {
        long total = WeightedRunLength + (StartOfRun == 0 ? 0 : now - StartOfRun);
        double weights = RunWeights + (StartOfRun == 0 ? 0 : 1);
        return weights < SmallestWeight ? 0 : total / weights;
    }

    public long TimeKnown(long now) =>
        WeightedTime + (StartOfRun != 0 ? now - StartOfRun : StartOfDowntime != 0 ? now - StartOfDowntime : 0);

    public double FractionalUptime(long now)
    {
        long up = WeightedUptime + (StartOfRun == 0 ? 0 : now - StartOfRun);
        long total = TimeKnown(now);
        return total == 0 ? 0 : (double)up / total;
    }
}
