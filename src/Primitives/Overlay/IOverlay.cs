using Tunic.Primitives.Cryptography;

namespace Tunic.Primitives.Overlay;

/// <summary>A network in which neither end learns where the other is. What the features are built on.</summary>
public interface IOverlay
{
    /// <summary>Opens a stream to the target.</summary>
    /// <param name="target">Where to; names are resolved at the far end.</param>
    /// <param name="isolation">Streams with different keys share no circuit.</param>
    /// <param name="cancel">Ends the attempt; a stream that was returned lives on.</param>
    /// <exception cref="Errors.TunicException">The target cannot be reached; the kind says what can be done.</exception>
    Task<Stream> ConnectAsync(HostAndPort target, IsolationKey isolation, CancellationToken cancel);

    /// <summary>Listens on the address that belongs to a key. Returns when people can connect: in Tor, when a directory has taken the descriptor.</summary>
    /// <param name="key">Decides the address. It stays the caller's, who may dispose of it after the call: the listener has a copy.</param>
    /// <param name="port">The port that people ask for, 1 to 65535. It is no port of this machine.</param>
    /// <param name="cancel">Ends the attempt, which goes on for as long as the network cannot be reached; a listener that was returned lives on.</param>
    /// <exception cref="Errors.TunicException">The address is in use here already, or the network was left.</exception>
    Task<IOverlayListener> ListenAsync(Ed25519PrivateKey key, ushort port, CancellationToken cancel);
}
