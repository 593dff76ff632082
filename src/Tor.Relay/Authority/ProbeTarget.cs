using System.Net;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Where a relay is to be tested.</summary>
/// <param name="IPv4">Its OR port.</param>
/// <param name="IPv6">Its OR port over IPv6; null when it has none, or when that is not tested.</param>
/// <param name="IsProven">Whether it was reached lately or is in the consensus, and not only uploaded.</param>
internal sealed record ProbeTarget(IPEndPoint IPv4, IPEndPoint? IPv6, bool IsProven);
