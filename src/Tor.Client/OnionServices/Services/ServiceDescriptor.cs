using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>One of a service's two descriptors: its keys, its introduction points, and when it is uploaded where. A pure part of <see cref="OnionServiceState"/>.</summary>
internal sealed class ServiceDescriptor(DescriptorKeys keys, int wantedPoints) : IDisposable
{
    /// <summary>Circuits to one introduction point before it is given up (stock MAX_INTRO_POINT_CIRCUIT_RETRIES, and the first).</summary>
    internal const int MaxAttempts = 4;

    private static readonly TimeSpan _shortestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan _longestInterval = TimeSpan.FromHours(2);

    private readonly List<ServiceIntroductionPoint> _points = [];

    /// <summary>Relays that could not be reached, and until when they are left alone.</summary>
    private readonly Dictionary<RsaIdentity, TimeSpan> _failed = [];

    private TimeSpan _uploadAt;
    private ulong _revision;
    private bool _lacksRelays;

    internal DescriptorKeys Keys => keys;

    internal TimePeriod Period => keys.Credential.Period;

    internal IReadOnlyList<ServiceIntroductionPoint> Points => _points;

    internal int EstablishedCount => _points.Count(point => point.Status == IntroductionPointStatus.Established);

    /// <summary>Introduction points that it is to have: fewer than configured when the network has no more relays.</summary>
    internal int WantedCount => _lacksRelays ? Math.Min(_points.Count, wantedPoints) : wantedPoints;

    /// <summary>Where the latest version was sent; null before the first.</summary>
    internal IReadOnlySet<RsaIdentity>? Directories { get; private set; }

    /// <summary>The effort that the latest version suggests.</summary>
    internal uint PublishedEffort { get; set; }

    /// <summary>Removes the points that are to be removed now.</summary>
    internal IReadOnlyList<ServiceIntroductionPoint> RemovePoints(NetworkView view, TimeSpan now, TimeSpan retryPause)
    {
        ServiceIntroductionPoint[] removed = [.. _points.Where(point => point.IsWornOut(now) || view.Find(point.Relay)?.IsUsable != true || IsHopeless(point))];
        foreach (ServiceIntroductionPoint point in removed)
        {
            if (IsHopeless(point))
            {
                _failed[point.Relay] = now + retryPause;
            }

            _points.Remove(point);
            UploadSoon(now);
        }

        return removed;
    }

    /// <summary>Adds the points that are missing: a few more than needed when there is none, of which the first are taken.</summary>
    internal void AddPoints(NetworkView view, Predicate<Relay> isAllowed, IntroductionParameters parameters, RandomSource random, TimeSpan now)
    {
        int missing = wantedPoints - _points.Count;
        if (missing <= 0)
        {
            return;
        }

        missing += _points.Count == 0 ? parameters.ExtraPoints : 0;
        foreach (RsaIdentity over in _failed.Where(failed => now >= failed.Value).Select(failed => failed.Key).ToArray())
        {
            _failed.Remove(over);
        }

        int before = _points.Count;
        while (missing-- > 0 && ChooseRelay(view, isAllowed, random) is { } relay)
        {
            _points.Add(ServiceIntroductionPoint.Create(relay, keys, parameters, random, now));
        }

        bool lackedRelays = _lacksRelays;
        _lacksRelays = _points.Count < wantedPoints;
        if (_points.Count > before || _lacksRelays != lackedRelays)
        {
            UploadSoon(now);
        }
    }

    /// <summary>One point too many, whose circuit came last.</summary>
    internal void Remove(ServiceIntroductionPoint point) => _points.Remove(point);

    /// <summary>The descriptor has changed.</summary>
    internal void UploadSoon(TimeSpan now) => _uploadAt = now;

    /// <summary>Whether it is to be uploaded now.</summary>
    internal bool IsUploadDue(TimeSpan now) => WantedCount > 0 && EstablishedCount == WantedCount && now >= _uploadAt;

    /// <summary>It is being uploaded: gives out the number of this version, which is larger than that of the one before.</summary>
    internal ulong OnUpload(IEnumerable<RsaIdentity> directories, DateTime utcNow, DateTime runStart, RandomSource random, TimeSpan now)
    {
        Directories = directories.ToHashSet();
        _uploadAt = now + _shortestInterval + ((_longestInterval - _shortestInterval) * random.NextDouble());
        _revision = Math.Max(_revision + 1, keys.GetRevisionCounter(utcNow, runStart));
        return _revision;
    }

    public void Dispose()
    {
        foreach (ServiceIntroductionPoint point in _points)
        {
            point.Dispose();
        }

        keys.Dispose();
    }

    private static bool IsHopeless(ServiceIntroductionPoint point) => point is { Status: IntroductionPointStatus.Idle, Attempts: >= MaxAttempts };

    /// <summary>A stable relay; any, when there is no stable one left.</summary>
    private Relay? ChooseRelay(NetworkView view, Predicate<Relay> isAllowed, RandomSource random)
    {
        bool IsFree(Relay relay) =>
            ServiceIntroductionPoint.IsSuitable(relay)
            && isAllowed(relay)
            && !_failed.ContainsKey(relay.RsaIdentity)
            && !_points.Exists(point => point.Relay == relay.RsaIdentity);

        WeightTable relays = view.Table(RelayPosition.Middle);
        return relays.Choose(relay => relay.Has(RelayFlags.Stable) && IsFree(relay), random) ?? relays.Choose(IsFree, random);
    }
}
