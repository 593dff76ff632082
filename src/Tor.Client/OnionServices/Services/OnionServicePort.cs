using System.Net;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>A port of an onion service, and where the streams to it lead. Several with one port share its streams by chance.</summary>
/// <param name="Port">What visitors ask for, 1 to 65 535.</param>
/// <param name="Target">An <see cref="IPEndPoint"/> or a <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>, connected to directly; or what <see cref="OnionServiceHost.ListenAsync"/> makes, in this process.</param>
public sealed record OnionServicePort(ushort Port, EndPoint Target);
