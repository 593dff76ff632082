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
    private readonly Dictionary<(PeerIdentity Relay, IPEndPoint? Address), Attempt> _opening = [];
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
    /// <param name="cancel">Ends this caller's wait.</param>
    /// <param name="isKept">Whether the attempt goes on when its callers have given up: not for strangers, who could leave any number behind.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    /// <exception cref="TimeoutException">It does not answer in time.</exception>
    /// <exception cref="Tunic.Primitives.Errors.TunicException">Somebody else answers, or he breaks the protocol.</exception>
    public async Task<Channel> GetAsync(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel, bool isKept = true)
    {
        Attempt attempt;

        // By address too: a stranger who names a relay with a wrong address must not make others wait for that attempt.
        (PeerIdentity, IPEndPoint?) key = KeyOf(relay, addresses);
        lock (_gate)
        {
            if (FindOpen(relay, addresses) is { } open)
            {
                return open;
            }

            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_opening.TryGetValue(key, out attempt!))
            {
                Attempt started = attempt = new Attempt();
                attempt.Channel = Task.Run(() => OpenAsync(relay, addresses, started), CancellationToken.None);
                _opening.Add(key, attempt);
            }

            attempt.Waiting++;
            attempt.IsKept |= isKept;
        }

        try
        {
            return await attempt.Channel.WaitAsync(cancel);
        }
        finally
        {
            Leave(key, attempt);
        }
    }

    /// <summary>Callers that wait for a channel now.</summary>
    internal int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _opening.Values.Sum(attempt => attempt.Waiting);
            }
        }
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
            attempts = [.. _opening.Values.Select(attempt => attempt.Channel)];
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

    /// <summary>One caller does not wait any more.</summary>
    private void Leave((PeerIdentity, IPEndPoint?) key, Attempt attempt)
    {
        lock (_gate)
        {
            if (--attempt.Waiting > 0 || attempt.IsKept || attempt.Channel.IsCompleted)
            {
                return;
            }

            Forget(key, attempt); // who comes now begins another one
        }

        attempt.GiveUp.Cancel();
    }

    private async Task<Channel> OpenAsync(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses, Attempt attempt)
    {
        long number = Interlocked.Increment(ref _lastNumber);
        Noticed?.Invoke(new ChannelNotice(number, relay.RsaIdentity, ChannelStep.Launched));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, attempt.GiveUp.Token);
        try
        {
            ChannelTransport transport = await connector.ConnectAsync(addresses, either.Token);
            Channel channel = await ChannelHandshake.ConnectAsync(
                transport, ExpectedPeerOf(relay), identity(), acceptor, environment, either.Token);
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
                Forget(KeyOf(relay, addresses), attempt);
            }
        }
    }

    private void Forget((PeerIdentity, IPEndPoint?) key, Attempt attempt)
    {
        if (_opening.GetValueOrDefault(key) == attempt)
        {
            _opening.Remove(key);
        }
    }

    private static (PeerIdentity Relay, IPEndPoint? Address) KeyOf(PeerIdentity relay, IReadOnlyList<IPEndPoint> addresses) =>
        (relay, addresses.Count > 0 ? addresses[0] : null);

    private static ExpectedPeer ExpectedPeerOf(PeerIdentity relay) =>
        new(relay.RsaIdentity, relay.Ed25519Identity.IsZero ? null : relay.Ed25519Identity);

    /// <summary>A channel that is being opened, and those who wait for it.</summary>
    private sealed class Attempt
    {
        internal Task<Channel> Channel { get; set; } = null!;

        internal CancellationTokenSource GiveUp { get; } = new(); // holds no timer, so it needs no dispose

        internal int Waiting { get; set; }

        internal bool IsKept { get; set; }
    }

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
