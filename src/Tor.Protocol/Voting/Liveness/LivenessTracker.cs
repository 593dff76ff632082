using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The authority's side: hears heartbeats and says who is down (docs/spec/liveness.md).</summary>
/// <remarks>Pure; one owner. Two clocks: the wall clock judges time stamps, the monotonic one measures silence.</remarks>
public sealed class LivenessTracker(LivenessNetwork network)
{
    /// <summary>Silence after which a relay is down.</summary>
    public static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(5);

    /// <summary>How far a heartbeat's clock may be from ours.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(5);

    private readonly Dictionary<RsaIdentity, Watched> _watched = [];
    private IReadOnlyDictionary<RsaIdentity, long> _weights = new Dictionary<RsaIdentity, long>();
    private readonly Dictionary<RsaIdentity, TimeSpan> _downSince = [];
    private SortedSet<RsaIdentity> _down = [];

    /// <summary>Relays that are down, ascending.</summary>
    public IReadOnlySet<RsaIdentity> Down => _down;

    /// <summary>Counts the changes of <see cref="Down"/>.</summary>
    public int Revision { get; private set; }

    /// <summary>Monotonic time at which to call <see cref="OnDeadline"/>; null when no relay is watched.</summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            TimeSpan? next = null;
            foreach (Watched watched in _watched.Values)
            {
                TimeSpan silent = watched.HeardAt + MaxSilence;
                next = !watched.IsSilent && (next is null || silent < next) ? silent : next;
            }

            return next;
        }
    }

    /// <summary>A new consensus: its relays and their weights. Others are not watched any longer.</summary>
    /// <param name="weights">By fingerprint.</param>
    /// <param name="now">Monotonic time.</param>
    public void OnConsensus(IReadOnlyDictionary<RsaIdentity, long> weights, TimeSpan now)
    {
        _weights = weights;
        foreach (RsaIdentity relay in _watched.Where(pair => pair.Value.IsSilent && !weights.ContainsKey(pair.Key)).Select(pair => pair.Key).ToArray())
        {
            _watched.Remove(relay);
        }

        Update(now);
    }

    /// <summary>Takes a heartbeat.</summary>
    /// <param name="heartbeat">As decoded.</param>
    /// <param name="descriptor">The relay's current descriptor; null when there is none.</param>
    /// <param name="wallClock">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    public HeartbeatResult Receive(Heartbeat heartbeat, RouterDescriptor? descriptor, DateTime wallClock, TimeSpan now)
    {
        HeartbeatResult result = Judge(heartbeat, descriptor, wallClock);
        if (result != HeartbeatResult.Accepted)
        {
            return result;
        }

        bool isLeaving = heartbeat.State == HeartbeatState.Leaving;
        bool wasSilent = _watched.TryGetValue(heartbeat.Relay, out Watched? last) && last.IsSilent;
        _watched[heartbeat.Relay] = new Watched(now, heartbeat.Time, heartbeat.Session, heartbeat.Counter, isLeaving);
        if (isLeaving != wasSilent)
        {
            Update(now);
        }

        return result;
    }

    /// <summary>Finds out who has fallen silent.</summary>
    public void OnDeadline(TimeSpan now)
    {
        RsaIdentity[] fallenSilent =
            [.. _watched.Where(pair => !pair.Value.IsSilent && pair.Value.HeardAt + MaxSilence <= now).Select(pair => pair.Key)];
        foreach (RsaIdentity relay in fallenSilent)
        {
            _watched[relay] = _watched[relay] with { IsSilent = true };
        }

        if (fallenSilent.Length > 0)
        {
            Update(now);
        }
    }

    private HeartbeatResult Judge(Heartbeat heartbeat, RouterDescriptor? descriptor, DateTime wallClock)
    {
        if (heartbeat.NetworkId != network.Id)
        {
            return HeartbeatResult.WrongNetwork;
        }

        if (descriptor is null || descriptor.Identity != heartbeat.Relay || descriptor.Ed25519Identity != heartbeat.Ed25519Identity)
        {
            return HeartbeatResult.UnknownRelay;
        }

        if (descriptor.SigningKeyCertificate.CertifiedKey != heartbeat.SigningKey || descriptor.SigningKeyCertificate.IsExpired(wallClock))
        {
            return HeartbeatResult.WrongKey;
        }

        if ((heartbeat.Time - wallClock).Duration() > MaxSkew)
        {
            return HeartbeatResult.WrongTime;
        }

        if (_watched.TryGetValue(heartbeat.Relay, out Watched? last)
            && (heartbeat.Time <= last.Time || (last.Session.Span.SequenceEqual(heartbeat.Session.Span) && heartbeat.Counter <= last.Counter)))
        {
            return HeartbeatResult.Replayed;
        }

        // Last, because it is the only check that costs something.
        return heartbeat.HasGoodSignature() ? HeartbeatResult.Accepted : HeartbeatResult.BadSignature;
    }

    private void Update(TimeSpan now)
    {
        // Who is cut off hears relays fall silent one after the other, a whole interval long: all of that is "at once".
        HashSet<RsaIdentity> settled = [.. _downSince.Where(pair => pair.Value + MaxSilence <= now).Select(pair => pair.Key)];
        SortedSet<RsaIdentity> down = WeightLimit.Apply(_watched.Where(pair => pair.Value.IsSilent).Select(pair => pair.Key), settled, _weights);
        if (down.SetEquals(_down))
        {
            return;
        }

        foreach (RsaIdentity risen in _down.Except(down))
        {
            _downSince.Remove(risen);
        }

        foreach (RsaIdentity fallen in down.Except(_down))
        {
            _downSince[fallen] = now;
        }

        _down = down;
        Revision++;
    }

    private sealed record Watched(TimeSpan HeardAt, DateTime Time, ReadOnlyMemory<byte> Session, ulong Counter, bool IsSilent);
}
