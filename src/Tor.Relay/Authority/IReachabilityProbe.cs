using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Tests whether a relay can be reached: opens a channel of its own to it and looks who answers.</summary>
/// <remarks>Called from many threads at once.</remarks>
public interface IReachabilityProbe
{
    /// <summary>Opens a new channel; one that exists already proves nothing.</summary>
    /// <param name="address">Where.</param>
    /// <param name="relay">The fingerprint that must answer there.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The Ed25519 identity that was proved; null when nobody or somebody else answers.</returns>
    Task<Ed25519Identity?> ProbeAsync(IPEndPoint address, RsaIdentity relay, CancellationToken cancel);
}
