using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>When each relay was reached, and which are to be tested next: one in 128 of the identities every ten seconds (reachability.c). Pure; one owner.</summary>
public sealed class ReachabilityBook
{
    private const int Slices = 128;

    private static readonly TimeSpan SliceInterval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<RsaIdentity, (DateTime? IPv4, DateTime? IPv6)> _reached = [];
    private int _slice;
    private DateTime _nextSlice = DateTime.MinValue;

    /// <summary>When the next slice is due, UTC.</summary>
    public DateTime NextDeadline => _nextSlice;

    /// <summary>When a relay was last reached over each family; null for never.</summary>
    public (DateTime? IPv4, DateTime? IPv6) Find(RsaIdentity relay) => _reached.GetValueOrDefault(relay);

    /// <summary>A relay was reached.</summary>
    public void OnReachable(RsaIdentity relay, IPEndPoint address, DateTime now)
    {
        (DateTime? v4, DateTime? v6) = Find(relay);
        _reached[relay] = address.Address.GetAddressBytes().Length == 4 ? (now, v6) : (v4, now);
    }

    /// <summary>The relays of the next slice if it is due.</summary>
    public IEnumerable<RsaIdentity> TakeDue(IEnumerable<RsaIdentity> relays, DateTime now)
    {
        if (now < _nextSlice)
        {
            return [];
        }

        int slice = _slice;
        _slice = (_slice + 1) % Slices;
        _nextSlice = now + SliceInterval;
        return [.. relays.Where(relay => relay.ToArray()[0] % Slices == slice)];
    }

    /// <summary>Forgets relays that are not known any more.</summary>
    public void Keep(Func<RsaIdentity, bool> isKnown)
    {
        foreach (RsaIdentity relay in _reached.Keys.Where(relay => !isKnown(relay)).ToArray())
        {
            _reached.Remove(relay);
        }
    }
}
