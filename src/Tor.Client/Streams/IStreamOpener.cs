using Tunic.Primitives.Overlay;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.Streams;

/// <summary>What the proxies need of a client. Implemented by <c>TorClient</c>, and by an in-memory network in tests.</summary>
public interface IStreamOpener
{
    /// <summary>Opens a stream on a suitable circuit, building one when there is none, and tries others when one fails.</summary>
    /// <exception cref="Tunic.Tor.Protocol.Errors.StreamException">The target cannot be reached; the reason is the exit's last word.</exception>
    /// <exception cref="Tunic.Primitives.Errors.TunicException">No circuit can be built; the kind says whether waiting helps.</exception>
    Task<CircuitStream> OpenAsync(StreamRequest request, CancellationToken cancel);

    /// <summary>Looks a name up at an exit, or the names of an IP address.</summary>
    /// <exception cref="Tunic.Tor.Protocol.Errors.StreamException">The exit refuses.</exception>
    /// <exception cref="Tunic.Primitives.Errors.TunicException">No circuit can be built.</exception>
    Task<Resolved> ResolveAsync(string nameOrAddress, IsolationKey isolation, CancellationToken cancel);

    /// <summary>Whether the host stands for another one, so that what it looks like says nothing of where the stream goes.</summary>
    bool IsMapped(string host) => false;
}
