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
}
