using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.Streams;

/// <summary>What an application wants: a stream to somewhere.</summary>
/// <param name="Target">Host name or IP address and port. Names are resolved by the exit.</param>
/// <param name="Isolation">Streams with different keys share no circuit.</param>
public sealed record StreamRequest(HostAndPort Target, IsolationKey Isolation)
{
    /// <summary>Waits for the stream and on it go on inside receive loops: only for pumps that never block. Default false.</summary>
    public bool ContinueInline { get; init; }

    /// <summary>Who asks, for showing it; null for this program itself.</summary>
    public StreamSource? Source { get; init; }

    /// <summary>What the exit is told about address families. Default as stock's ports: both are fine.</summary>
    public BeginFlags Families { get; init; } = BeginFlags.IPv6Allowed;
}
