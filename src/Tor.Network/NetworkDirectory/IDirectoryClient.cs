namespace Tunic.Tor.Network.NetworkDirectory;

/// <summary>Asks the authorities of a network: over their plain HTTP port, or inside a circuit, or in memory.</summary>
/// <remarks>Safe to call from several threads.</remarks>
public interface IDirectoryClient
{
    /// <summary>Sends one request on a connection of its own and reads the whole answer, whatever its status.</summary>
    /// <param name="authority">Whom to ask.</param>
    /// <param name="request">What.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DirectoryException">It cannot be reached, or gives no usable answer within the time limit.</exception>
    Task<DirectoryResponse> SendAsync(DirectoryAuthority authority, DirectoryRequest request, CancellationToken cancel);
}
