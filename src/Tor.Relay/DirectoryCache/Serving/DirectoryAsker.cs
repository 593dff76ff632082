using System.Net;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>Who sends a request, as far as a directory may know.</summary>
/// <param name="Address">Of the connection, or of the channel that a circuit came over; null when there is none.</param>
/// <param name="IsTunnelled">The request came over a circuit (BEGIN_DIR), so nobody on the way reads it.</param>
/// <param name="IsAnonymous">It came over more than one hop: <paramref name="Address"/> is not the asker's own.</param>
public readonly record struct DirectoryAsker(IPAddress? Address, bool IsTunnelled, bool IsAnonymous);
