using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>Asks the directories that a client may ask, and stays with one as long as it answers.</summary>
internal interface IDirectoryFetcher
{
    /// <summary>Asks one directory, and when it fails others.</summary>
    /// <param name="request">What.</param>
    /// <param name="avoid">Directories that are asked only when there are too few others.</param>
    /// <param name="attempts">How many at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>An answer of status 200, 304 or 404.</returns>
    /// <exception cref="TunicException">None of them answered.</exception>
    Task<DirectoryReply> FetchAsync(
        DirectoryRequest request, IReadOnlyCollection<RsaIdentity> avoid, int attempts, CancellationToken cancel);

    /// <summary>Leaves the present directory: it serves what is of no use to us.</summary>
    Task ForgetAsync();
}
