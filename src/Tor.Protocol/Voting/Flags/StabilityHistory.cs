using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>What an authority remembers of the ups and downs of all relays: the basis of Stable and Guard (dir-spec, "Assigning flags in a vote").</summary>
/// <remarks>Pure; one owner. Times are UTC; fractions of a second are dropped.</remarks>
public sealed class StabilityHistory
{
    private const double DowntimeFactor = 0.95;
    private const long DownrateInterval = 12 * 60 * 60;
    private const long EnoughTracking = 4 * 60 * 60;

    private readonly SortedDictionary<RsaIdentity, StabilityRecord> _records = [];

    internal long LastDownrated { get; set; }

    internal long TrackedSince { get; set; }

    internal IReadOnlyDictionary<RsaIdentity, StabilityRecord> Records => _records;

    /// <summary>A relay was reached.</summary>
    /// <param name="relay">Its fingerprint.</param>
    /// <param name="address">Where.</param>
    /// <param name="when">When.</param>
    /// <param name="addressPenalty">How much downtime a new address counts as; an hour, four minutes in a test network, or half the consensus' fresh plus valid time.</param>
    public void OnReachable(RsaIdentity relay, IPEndPoint address, DateTime when, TimeSpan addressPenalty)
    {
        long now = UnixSeconds.Of(when);
        StartTracking(now);
        StabilityRecord record = Get(relay);
        bool moved = record.LastAddress is not null && !record.LastAddress.Equals(address);
        bool wasDown = record.StartOfDowntime != 0;
        record.OnReachable(now);
        if (moved && !wasDown)
        {
            record.OnUnreachable(now - UnixSeconds.Of(addressPenalty));
            record.OnReachable(now);
        }

        record.LastAddress = address;
    }

    /// <summary>A relay was not reached for too long.</summary>
    public void OnUnreachable(RsaIdentity relay, DateTime when)
    {
        StartTracking(UnixSeconds.Of(when));
        Get(relay).OnUnreachable(UnixSeconds.Of(when));
    }

    /// <summary>Forgets everything good of a relay: one of too many at its address.</summary>
    public void Condemn(RsaIdentity relay, DateTime when)
    {
        OnUnreachable(relay, when);
        StabilityRecord record = Get(relay);
        record.WeightedRunLength = 0;
        record.WeightedUptime = 0;
    }

    /// <summary>Lets old observations fade: by 5 % every 12 hours. Call it now and then.</summary>
    public void Downrate(DateTime now)
    {
        long time = UnixSeconds.Of(now);
        if (LastDownrated == 0)
        {
            LastDownrated = time;
        }

        double factor = 1;
        while (LastDownrated + DownrateInterval <= time)
        {
            LastDownrated += DownrateInterval;
            factor *= DowntimeFactor;
        }

        foreach (RsaIdentity relay in _records.Keys.ToArray())
        {
            StabilityRecord record = _records[relay];
            if (factor < 1)
            {
                record.Downrate(factor);
            }

            if (factor < 1 && record.IsBlank && record.StartOfDowntime == 0)
            {
                _records.Remove(relay);
            }
        }
    }

    /// <summary>Weighted mean time between failures, in seconds.</summary>
    public double MeanTimeBetweenFailures(RsaIdentity relay, DateTime now) => Find(relay)?.MeanTimeBetweenFailures(UnixSeconds.Of(now)) ?? 0;

    /// <summary>Weighted share of the time that it was up, 0 to 1.</summary>
    public double FractionalUptime(RsaIdentity relay, DateTime now) => Find(relay)?.FractionalUptime(UnixSeconds.Of(now)) ?? 0;

    /// <summary>Weighted time that it has been known, in seconds.</summary>
    public long TimeKnown(RsaIdentity relay, DateTime now) => Find(relay)?.TimeKnown(UnixSeconds.Of(now)) ?? 0;

    /// <summary>Seconds since its present run began; 0 when it is down.</summary>
    public long Uptime(RsaIdentity relay, DateTime now) =>
        Find(relay) is { StartOfRun: not 0 } record ? Math.Max(UnixSeconds.Of(now) - record.StartOfRun, 0) : 0;

    /// <summary>Whether observations go back more than four hours, so that they say something.</summary>
    public bool HasMeasuredEnough(DateTime now) => TrackedSince < UnixSeconds.Of(now) - EnoughTracking;

    internal StabilityRecord Get(RsaIdentity relay)
    {
        if (!_records.TryGetValue(relay, out StabilityRecord? record))
        {
            _records.Add(relay, record = new StabilityRecord());
        }

        return record;
    }

    private StabilityRecord? Find(RsaIdentity relay) => _records.GetValueOrDefault(relay);

    private void StartTracking(long now)
    {
        if (TrackedSince == 0)
        {
            TrackedSince = now;
        }
    }
}
