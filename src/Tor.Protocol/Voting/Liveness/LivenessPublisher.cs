using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>Makes an authority's liveness documents: one when something changes, and one every ten seconds. Pure; one owner.</summary>
public sealed class LivenessPublisher(LivenessNetwork network, LivenessTracker tracker)
{
    private int _revision = -1;
    private ulong _serial;
    private TimeSpan _refreshAt;

    /// <summary>Monotonic time at which a document is due even without a change.</summary>
    public TimeSpan NextDeadline => _revision == tracker.Revision ? _refreshAt : TimeSpan.Zero;

    /// <summary>A new document, when one is due.</summary>
    /// <param name="signingKey">The authority's Ed25519 signing key.</param>
    /// <param name="certificate">Its certificate by the identity, which it must carry.</param>
    /// <param name="wallClock">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>Null when none is due.</returns>
    public LivenessDocument? TryMake(Ed25519PrivateKey signingKey, Ed25519Certificate certificate, DateTime wallClock, TimeSpan now)
    {
        if (_revision == tracker.Revision && now < _refreshAt)
        {
            return null;
        }

        _revision = tracker.Revision;
        _refreshAt = now + LivenessDocument.RefreshInterval;

        // The clock keeps it growing across restarts, the sum keeps it growing when the clock is set back.
        _serial = Math.Max(_serial + 1, LivenessTime.Encode(wallClock));
        return new LivenessDocument
        {
            NetworkId = network.Id,
            Authority = certificate.SigningKey ?? throw new ArgumentException("the certificate does not carry the identity", nameof(certificate)),
            Serial = _serial,
            Time = LivenessTime.Decode(LivenessTime.Encode(wallClock)),
            Lifetime = LivenessDocument.DefaultLifetime,
            Down = [.. tracker.Down.Order().Take(LivenessDocument.MaxRelays)],
            Certificate = certificate,
        }.Sign(signingKey);
    }
}
