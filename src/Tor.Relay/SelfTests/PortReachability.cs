using System.Net;
using System.Net.Sockets;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.SelfTests;

/// <summary>Which of a relay's OR ports others have reached (selftest.c and circuitbuild_relay.c of stock tor).</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class PortReachability(Func<IReadOnlyList<IPEndPoint>> ports, Func<IPEndPoint, bool> isAssumed, bool countsLocalPeers)
{
    private const int LocalBytesOfIPv4 = 24 / 8;
    private const int LocalBytesOfIPv6 = 48 / 8;

    private readonly Lock _gate = new();
    private readonly HashSet<IPEndPoint> _reached = [];

    /// <summary>The ports that nobody has reached yet and nobody vouches for.</summary>
    internal IReadOnlyList<IPEndPoint> Missing
    {
        get
        {
            lock (_gate)
            {
                return [.. ports().Where(port => !isAssumed(port) && !_reached.Contains(port))];
            }
        }
    }

    /// <summary>Somebody made a circuit over a channel that he had opened to us.</summary>
    /// <returns>The port that is now known to be reachable; null when this says nothing new.</returns>
    internal IPEndPoint? OnCircuit(LinkResult link, IPAddress? peer)
    {
        if (peer is null || link.Role != LinkRole.Responder || peer.AddressFamily != link.OwnAddress.AddressFamily || IsLocal(peer, link.OwnAddress))
        {
            return null;
        }

        lock (_gate)
        {
            IPEndPoint? port = ports().FirstOrDefault(port => port.Address.Equals(link.OwnAddress));
            return port is not null && !isAssumed(port) && _reached.Add(port) ? port : null;
        }
    }

    /// <summary>From the same network: he may reach us although the Internet does not.</summary>
    private bool IsLocal(IPAddress peer, IPAddress own)
    {
        int length = own.AddressFamily == AddressFamily.InterNetwork ? LocalBytesOfIPv4 : LocalBytesOfIPv6;
        return !countsLocalPeers
            && (PrivateAddresses.Contains(peer) || peer.GetAddressBytes().AsSpan(0, length).SequenceEqual(own.GetAddressBytes().AsSpan(0, length)));
    }
}
