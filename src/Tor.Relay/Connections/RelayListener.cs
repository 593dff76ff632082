using System.Net;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;

namespace Tunic.Tor.Relay.Connections;

/// <summary>An OR port of the relay: whoever connects and completes the link handshake gets a channel on which to make circuits.</summary>
public sealed class RelayListener : IAsyncDisposable
{
    private readonly TlsListener _listener;
    private readonly Func<LinkIdentity> _identity;
    private readonly ChannelTable _channels;
    private readonly ICircuitAcceptor _acceptor;
    private readonly ChannelEnvironment _environment;

    /// <summary>Listens once <see cref="Start"/> is called.</summary>
    /// <param name="address">Where; port 0 for any.</param>
    /// <param name="identity">Who we are; asked for each connection, so that certificates can be replaced.</param>
    /// <param name="limits">Which connections to accept.</param>
    /// <param name="channels">Gets the channels.</param>
    /// <param name="acceptor">Gets the circuits.</param>
    /// <param name="options">Limits on handshakes.</param>
    /// <param name="environment">What all channels share.</param>
    public RelayListener(
        IPEndPoint address,
        Func<LinkIdentity> identity,
        ConnectionLimits limits,
        ChannelTable channels,
        ICircuitAcceptor acceptor,
        TlsListenerOptions options,
        ChannelEnvironment environment)
    {
        _identity = identity;
        _channels = channels;
        _acceptor = acceptor;
        _environment = environment;
        _listener = new TlsListener(address, limits, () => identity().Tls, OpenAsync, options, environment);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint LocalEndPoint => _listener.LocalEndPoint;

    /// <summary>Starts to accept.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address is not ours or in use.</exception>
    public void Start() => _listener.Start();

    /// <summary>Stops accepting. Channels that are open stay.</summary>
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task<Channel> OpenAsync(ChannelTransport transport, CancellationToken cancel)
    {
        LinkIdentity identity = _identity();
        if (!identity.Tls.Certificate.Span.SequenceEqual(transport.ResponderCertificate.Span))
        {
            await transport.DisposeAsync();
            throw new IOException("the TLS certificate has been replaced during the handshake");
        }

        Channel channel = await ChannelHandshake.AcceptAsync(transport, identity.Channel, _acceptor, _environment, cancel);
        _channels.Add(channel);
        return channel;
    }
}
