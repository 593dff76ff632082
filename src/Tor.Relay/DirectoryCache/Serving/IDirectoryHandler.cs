namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>Answers requests for some URLs. An authority adds handlers of its own before those of a cache.</summary>
/// <remarks>Called from many threads at once.</remarks>
public interface IDirectoryHandler
{
    /// <summary>Most bytes that a POST for this handler may have; 0 for a handler that takes none. Known before the body is read.</summary>
    /// <param name="path">Begins with "/tor/".</param>
    int MaxBodyLength(string path) => 0;

    /// <summary>Answers, or returns null when the URL is not this handler's.</summary>
    /// <param name="query">The request.</param>
    /// <param name="cancel">The asker has gone, or the relay stops.</param>
    ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel);
}
