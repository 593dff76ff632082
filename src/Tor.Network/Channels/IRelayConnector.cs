using System.Net;

namespace Tunic.Tor.Network.Channels;

/// <summary>The only place that knows how bytes reach a relay: TCP and TLS natively, a WebSocket in a web page, queues in tests.</summary>
public interface IRelayConnector
{
    /// <summary>Connects to the first address that answers and completes TLS. Who the peer is, the link handshake finds out.</summary>
    /// <exception cref="IOException">None of the addresses could be reached, or TLS failed.</exception>
    Task<ChannelTransport> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel);
}
