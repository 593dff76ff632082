using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;

namespace Tunic.Publishing.Transport;

/// <summary>Has Kestrel listen in an overlay.</summary>
public static class OnionWebHost
{
    /// <summary>Has Kestrel listen on the address of a key. It listens on no port of this machine then, unless it is told to elsewhere.</summary>
    /// <remarks>
    /// Starting the host takes until people can connect. The application learns no address of a visitor: <c>RemoteIpAddress</c> is null. The
    /// <c>Server</c> header is left out. Tor's streams have no half-close: a request whose visitor has closed is aborted.
    /// </remarks>
    /// <param name="builder">Of a host with Kestrel, such as <c>WebApplication.CreateBuilder().WebHost</c>.</param>
    /// <param name="overlay">Its owner disposes it after the host.</param>
    /// <param name="key">Decides the address; stays the caller's, who disposes it after the start.</param>
    /// <param name="port">What people ask for, 1 to 65535; 80 is what a link without a port means.</param>
    public static IWebHostBuilder ListenOnOnion(this IWebHostBuilder builder, IOverlay overlay, Ed25519PrivateKey key, ushort port = 80) =>
        builder.ListenOnOnion(cancel => overlay.ListenAsync(key, port, cancel));

    /// <summary>The same with a listener that is made in another way, for example with options of its own.</summary>
    /// <param name="builder">Of a host with Kestrel.</param>
    /// <param name="listen">Called once when the host starts. The listener belongs to Kestrel, which disposes it when it stops.</param>
    public static IWebHostBuilder ListenOnOnion(this IWebHostBuilder builder, Func<CancellationToken, Task<IOverlayListener>> listen) => builder
        .ConfigureServices(services => services.TryAddEnumerable(ServiceDescriptor.Singleton<IConnectionListenerFactory, OnionTransport>()))
        .ConfigureServices(services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ListenOnOnion(listen)));

    internal static void ListenOnOnion(this KestrelServerOptions kestrel, Func<CancellationToken, Task<IOverlayListener>> listen)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(new OnionEndPoint(listen), endPoint => endPoint.Protocols = HttpProtocols.Http1);
    }
}
