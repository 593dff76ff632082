using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Whom we have asked for which descriptor lately: nobody is asked for the same one again so soon (stock hs_common.c, hs_pick_hsdir).</summary>
/// <remarks>The owner serialises. Time is monotonic.</remarks>
internal sealed class DescriptorRequests(TimeSpan period)
{
    private readonly Dictionary<(BlindedKey Key, RsaIdentity Directory), TimeSpan> _asked = [];

    /// <summary>As in stock, a quarter of an hour; on test networks five seconds.</summary>
    internal static TimeSpan GetPeriod(bool isTestNetwork) => isTestNetwork ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(15);

    /// <summary>Whether a directory may be asked.</summary>
    internal bool MayAsk(BlindedKey key, RsaIdentity directory, TimeSpan now) =>
        !_asked.TryGetValue((key, directory), out TimeSpan last) || now - last > period;

    /// <summary>It is asked now.</summary>
    internal void Note(BlindedKey key, RsaIdentity directory, TimeSpan now)
    {
        foreach ((BlindedKey, RsaIdentity) old in _asked.Where(pair => now - pair.Value > period).Select(pair => pair.Key).ToArray())
        {
            _asked.Remove(old);
        }

        _asked[(key, directory)] = now;
    }

    /// <summary>All may be asked again: the service was reached, or nobody is left, and the user may want to try once more.</summary>
    internal void Forget(BlindedKey key)
    {
        foreach ((BlindedKey, RsaIdentity) asked in _asked.Keys.Where(asked => asked.Key == key).ToArray())
        {
            _asked.Remove(asked);
        }
    }

    /// <summary>Forgets everything (SIGNAL NEWNYM).</summary>
    internal void Clear() => _asked.Clear();
}
