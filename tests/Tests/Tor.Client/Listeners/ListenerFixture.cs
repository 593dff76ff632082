using System.Net.Sockets;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Dns;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Socks;

namespace Tunic.Tests.Tor.Client.Listeners;

/// <summary>A started port, its client in memory, and a check at the end that nothing is left open and no fault was logged.</summary>
internal sealed class ListenerFixture<TListener> : IAsyncDisposable
    where TListener : ProxyListener
{
    internal ListenerFixture(Func<LoopbackOpener, LogLines, TListener> create)
    {
        Listener = Start(create);
    }

    /// <summary>DNS needs one port number for both protocols, and the number that one gets may be taken for the other: then another one is found.</summary>
    private TListener Start(Func<LoopbackOpener, LogLines, TListener> create)
    {
        while (true)
        {
            TListener listener = create(Opener, Log);
            listener.Changed = Opener.Changes.Tell;
            try
            {
                listener.Start();
                return listener;
            }
            catch (ListenerException failure) when (listener is DnsListener && failure.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                // nothing of it is open
            }
        }
    }

    internal LoopbackOpener Opener { get; } = new();

    internal LogLines Log { get; } = new();

    internal TListener Listener { get; }

    internal Task<Application> ConnectAsync() => Application.ConnectAsync(Listener.LocalEndPoint);

    /// <summary>Waits until connections, streams and sockets are gone.</summary>
    internal Task IsQuietAsync() => Opener.Changes.UntilAsync(
        () => Listener.ConnectionCount == 0 && Opener.StreamCount == 0 && Opener.ExitSocketCount == 0,
        $"left open: {Listener.ConnectionCount} connections, {Opener.StreamCount} streams, {Opener.ExitSocketCount} sockets");

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        Assert.Equal(0, Listener.ConnectionCount);
        await Opener.Changes.UntilAsync(() => Opener.StreamCount == 0 && Opener.ExitSocketCount == 0, "streams are left open");
        await Opener.DisposeAsync();
        Assert.DoesNotContain(Log.All, line => line.Contains("report it", StringComparison.Ordinal));
    }
}

/// <summary>Ports that may reach 127.0.0.1, where the tests' servers are.</summary>
internal static class ListenerFixture
{
    internal static ListenerFixture<SocksListener> Socks(SocksListenerOptions? options = null) => new((opener, log) =>
        new SocksListener(opener, options ?? new SocksListenerOptions { RejectInternalAddresses = false }, TimeProvider.System, log));

    internal static ListenerFixture<HttpProxyListener> Http(HttpProxyListenerOptions? options = null) => new((opener, log) =>
        new HttpProxyListener(opener, options ?? new HttpProxyListenerOptions { RejectInternalAddresses = false }, TimeProvider.System, log));
}
