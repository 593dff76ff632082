using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>Relays that could not be reached a short time ago, which are not tried again for every circuit (stock connection_or.c, or_connect_failure_map).</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class FailedTargets
{
    private const int Capacity = 4_096;

    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(60); // stock OR_CONNECT_FAILURE_LIFETIME

    private readonly Lock _gate = new();
    private readonly Dictionary<(PeerIdentity Relay, IPEndPoint Address), TimeSpan> _failed = [];
    private readonly Queue<((PeerIdentity, IPEndPoint) Target, TimeSpan At)> _order = new();

    /// <summary>An attempt has failed.</summary>
    internal void Add(PendingExtension extension, TimeSpan now)
    {
        lock (_gate)
        {
            _failed[KeyOf(extension)] = now;
            _order.Enqueue((KeyOf(extension), now));
            Forget(now);
        }
    }

    /// <summary>These relays are known to be up again: who could not reach them may try at once.</summary>
    internal void Forget(IReadOnlySet<RsaIdentity> relays)
    {
        lock (_gate)
        {
            foreach ((PeerIdentity Relay, IPEndPoint Address) target in _failed.Keys.Where(target => relays.Contains(target.Relay.RsaIdentity)).ToArray())
            {
                _failed.Remove(target);
            }
        }
    }

    /// <summary>Whether an attempt has failed lately.</summary>
    internal bool Contains(PendingExtension extension, TimeSpan now)
    {
        lock (_gate)
        {
            Forget(now);
            return _failed.ContainsKey(KeyOf(extension));
        }
    }

    private static (PeerIdentity, IPEndPoint) KeyOf(PendingExtension extension) => (extension.Target, extension.Addresses[0]);

    private void Forget(TimeSpan now)
    {
        while (_order.TryPeek(out var oldest) && (now - oldest.At >= _lifetime || _order.Count > Capacity))
        {
            _order.Dequeue();
            if (_failed.TryGetValue(oldest.Target, out TimeSpan at) && at == oldest.At)
            {
                _failed.Remove(oldest.Target);
            }
        }
    }
}
