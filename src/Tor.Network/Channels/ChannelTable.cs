using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>The open channels of a node by relay, so that circuits to one relay share a connection.</summary>
/// <remarks>Thread safe. Channels that others opened to us and proved who they are can be used as well (tor-spec, "Creating circuits").</remarks>
public sealed class ChannelTable(
    IRelayConnector connector, Func<ChannelIdentity> identity, ICircuitAcceptor? acceptor, ChannelEnvironment environment)
    : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RsaIdentity, List<Channel>> _open = [];
    private readonly Dictionary<(PeerIdentity Relay, IPEndPoint? Address), Task<Channel>> _opening = [];
    private readonly HashSet<Channel> _all = [];
    private readonly CancellationTokenSource _stop = new();
    private long _lastNumber;

    /// <summary>What looks after the channels; disposed with them. Null where they are opened and closed by hand.</summary>
    public ChannelUpkeep? Upkeep { get; init; }

    /// <summary>Told of what becomes of connections to relays, on any thread. Set it before the first channel.</summary>
    public Action<ChannelNotice>? Noticed { get; set; }

    /// <summary>All channels open now, anonymous ones included.</summary>
    public IReadOnlyList<Channel> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>An open channel to the relay, or a new one; several callers wait for one attempt.</summary>
    /// <param name="relay">Who it must be; the Ed25519 part may be zero for "whoever".</param>
    /// <param name="addresses">Where it may be reached, best first.</param>
    /// <param name="cancel">Ends this caller's wait, not the attempt.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">It does not answer in time.</exception>
    /// <exception cref="Tunic.Primitives.Errors.TunicException">Somebody else answers, or he breaks the protocol.</exception>
    public async Task<Channel> GetAsync(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel)
    {
        Task<Channel> opening;

        // By address too: a stranger who names a relay with a wrong address must not make others wait for that attempt.
        (PeerIdentity, IPEndPoint?) key = KeyOf(relay, addresses);
        lock (_gate)
        {
            if (FindOpen(relay, addresses) is { } open)
            {
                return open;
            }

            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_opening.TryGetValue(key, out opening!))
            {
                opening = Task.Run(() => OpenAsync(relay, addresses), CancellationToken.None);
                _opening.Add(key, opening);
            }
        }

        return await opening.WaitAsync(cancel);
    }

    /// <summary>The channel that a new circuit to the relay should use, if there is one.</summary>
    public Channel? Find(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses)
    {
        lock (_gate)
        {
            return FindOpen(relay, addresses);
        }
    }

    /// <summary>Adds a channel that somebody opened to us.</summary>
    public void Add(Channel channel)
    {
        lock (_gate)
        {
            _all.Add(channel);
            if (channel.Link.Peer is { } peer)
            {
                if (!_open.TryGetValue(peer.RsaIdentity, out List<Channel>? channels))
                {
                    _open.Add(peer.RsaIdentity, channels = []);
                }

                channels.Add(channel);
            }
        }

        Upkeep?.Add(channel);
        channel.Completion.ContinueWith(
            _ => Remove(channel), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Closes all channels and waits for them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] attempts;
        lock (_gate)
        {
            attempts = [.. _opening.Values];
        }

        await Task.WhenAll(attempts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Upkeep is not null)
        {
            await Upkeep.DisposeAsync();
        }

        foreach (Channel channel in All)
        {
            await channel.DisposeAsync();
        }
    }

    private Channel? FindOpen(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses)
    {
        if (!_open.TryGetValue(relay.RsaIdentity, out List<Channel>? channels))
        {
            return null;
        }

        Channel? best = null;
        foreach (Channel channel in channels)
        {
            bool isWanted = relay.Ed25519Identity.IsZero || channel.Link.Peer!.Value.Ed25519Identity == relay.Ed25519Identity;

            // A channel to an address that the relay does not call its own may lead through a stranger: only for those who ask for it.
            bool isUsable = !channel.IsClosed
                && (channel.Link.IsCanonical || (channel.Link.Role == LinkRole.Initiator && addresses.Contains(channel.Transport.RemoteEndPoint)));
            if (isWanted && isUsable && (best is null || channel.CircuitCount > best.CircuitCount))
            {
                best = channel;
            }
        }

        return best;
    }

    private async Task<Channel> OpenAsync(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses)
    {
        long number = Interlocked.Increment(ref _lastNumber);
        Noticed?.Invoke(new ChannelNotice(number, relay.RsaIdentity, ChannelStep.Launched));
        try
        {
            ChannelTransport transport = await connector.ConnectAsync(addresses, _stop.Token);
            Channel channel = await ChannelHandshake.ConnectAsync(
                transport, ExpectedPeerOf(relay), identity(), acceptor, environment, _stop.Token);
            channel.Number = number;
            Noticed?.Invoke(new ChannelNotice(number, relay.RsaIdentity, ChannelStep.Connected));
            Add(channel);
            return channel;
        }
        catch (Exception failure)
        {
            Noticed?.Invoke(new ChannelNotice(number, relay.RsaIdentity, ChannelStep.Failed, failure));
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _opening.Remove(KeyOf(relay, addresses));
            }
        }
    }

    private static (PeerIdentity Relay, IPEndPoint? Address) KeyOf(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses) =>
        (relay, addresses.Count > 0 ? addresses[0] : null);

    private static ExpectedPeer ExpectedPeerOf(PeerIdentity relay) =>
        new(relay.RsaIdentity, relay.Ed25519Identity.IsZero ? null : relay.Ed25519Identity);

    private void Remove(Channel channel)
    {
        if (channel.Number != 0)
        {
            Noticed?.Invoke(new ChannelNotice(channel.Number, channel.Link.Peer?.RsaIdentity ?? default, ChannelStep.Closed, channel.CloseReason));
        }

        lock (_gate)
        {
            _all.Remove(channel);
            if (channel.Link.Peer is { } peer && _open.TryGetValue(peer.RsaIdentity, out List<Channel>? channels))
            {
                channels.Remove(channel);
                if (channels.Count == 0)
                {
                    _open.Remove(peer.RsaIdentity);
                }
            }
        }
    }
}
