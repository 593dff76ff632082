using System.Net;

namespace Tunic.Tor.Relay.Exits;

/// <summary>An address that a stream is to be connected to.</summary>
/// <param name="EndPoint">Where.</param>
/// <param name="TimeToLive">How long the client may remember the address, as CONNECTED and END tell it.</param>
internal readonly record struct ExitTarget(IPEndPoint EndPoint, TimeSpan TimeToLive);
