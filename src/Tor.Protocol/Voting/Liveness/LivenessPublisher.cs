using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Certificates;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>Makes an authority's liveness documents: one when something changes, and one every ten seconds. Pure; one owner.</summary>
/// <remarks>Every document goes to every client, so relays that come and go all the time must not make many of them: see <see cref="Burst"/>.</remarks>
public sealed class LivenessPublisher(LivenessNetwork network, LivenessTracker tracker)
{
    /// <summary>Documents that may follow one another at once; in the long run there is one per <see cref="LeastInterval"/>.</summary>
    public const int Burst = 10;

    /// <summary>Between documents, in the long run.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    private int _revision = -1;
    private ulong _serial;
    private TimeSpan _refreshAt;
    private TimeSpan _paidUntil;

    /// <summary>A new document, when one is due.</summary>
    /// <param name="signingKey">The authority's Ed25519 signing key.</param>
    /// <param name="certificate">Its certificate by the identity, which it must carry.</param>
    /// <param name="wallClock">UTC.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>Null when none is due.</returns>
    public LivenessDocument? TryMake(Ed25519PrivateKey signingKey, Ed25519Certificate certificate, DateTime wallClock, TimeSpan now)
    {
        bool isDue = _revision != tracker.Revision || now >= _refreshAt;
        if (!isDue || _paidUntil > now + ((Burst - 1) * LeastInterval))
        {
            return null;
        }

        _paidUntil = (_paidUntil > now ? _paidUntil : now) + LeastInterval;

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
