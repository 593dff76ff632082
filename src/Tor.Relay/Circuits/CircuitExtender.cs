using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>Decides where an EXTEND2 may lead, and gets the channel there (tor-spec, "EXTEND and EXTENDED cells"; stock circuitbuild_relay.c).</summary>
internal sealed class CircuitExtender(
    ChannelTable channels,
    RelayCircuitOptions options,
    Func<HandshakeKeys> keys,
    Func<KnownRelays> relays,
    ChannelEnvironment environment)
    : IAsyncDisposable
{
    private readonly BackgroundTasks _waiting = new(environment.Log);
    private readonly PendingShares _shares = new(options.MaxPendingExtensions);
    private readonly FailedTargets _failed = new();

    /// <summary>Circuits that wait for a channel.</summary>
    internal int Waiting => _shares.Count;

    /// <summary>Checks a request and completes it with what the consensus knows.</summary>
    /// <exception cref="CircuitProtocolException">It is malformed or not allowed.</exception>
    internal PendingExtension Judge(ReadOnlySpan<byte> body, Channel previous)
    {
        Extend2 request = Decode(body);
        RsaIdentity identity = request.Target.RsaIdentity!.Value;
        if (identity == keys().RsaIdentity)
        {
            throw new CircuitProtocolException(DestroyReason.ConnectFailed, "EXTEND2 to ourselves");
        }

        KnownRelay? known = relays().Find(identity);
        Ed25519Identity ed25519 = request.Target.Ed25519Identity is { IsZero: false } named ? named : known?.Identity.Ed25519Identity ?? default;
        if (previous.Link.Peer is { } peer
            && (identity == peer.RsaIdentity || (!ed25519.IsZero && ed25519 == peer.Ed25519Identity)))
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "EXTEND2 back to where the circuit comes from");
        }

        IPEndPoint? ipv4 = Usable(request.Target.IPv4);
        IPEndPoint? ipv6 = Usable(request.Target.IPv6);
        if (ipv4 is null && ipv6 is null)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "EXTEND2 to no address, or to a private one");
        }

        ipv4 ??= Usable(known?.Addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork));
        ipv6 ??= Usable(known?.Addresses.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6));
        return new PendingExtension(new PeerIdentity(identity, ed25519), Order(ipv4, ipv6), request.Create);
    }

    /// <summary>A channel that is open already.</summary>
    internal Channel? FindChannel(PendingExtension extension) => channels.Find(extension.Target, extension.Addresses);

    /// <summary>Gets a channel in the background and hands it to the circuit; or closes the circuit.</summary>
    /// <exception cref="CircuitProtocolException">Too many wait already, or it could not be reached a short time ago.</exception>
    internal void OpenChannel(RelayCircuit circuit, PendingExtension extension)
    {
        if (_failed.Contains(extension, environment.Now))
        {
            throw new CircuitProtocolException(DestroyReason.ChannelClosed, "EXTEND2 to where nobody answered a short time ago");
        }

        if (!_shares.HasRoom(circuit))
        {
            throw new CircuitProtocolException(DestroyReason.ResourceLimit, "too many circuits wait for channels");
        }

        _shares.Take(circuit);
        if (!_waiting.TryRun(cancel => OpenChannelAsync(circuit, extension, cancel)))
        {
            _shares.Leave(circuit);
            throw new CircuitProtocolException(DestroyReason.ResourceLimit, "the relay is being stopped");
        }
    }

    /// <summary>These relays are known to be up again, whether or not they answered before.</summary>
    internal void OnUp(IReadOnlySet<RsaIdentity> relays) => _failed.Forget(relays);

    /// <summary>Gives up what waits.</summary>
    public ValueTask DisposeAsync() => _waiting.DisposeAsync();

    private async Task OpenChannelAsync(RelayCircuit circuit, PendingExtension extension, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, extension.GiveUp.Token);
        try
        {
            Channel channel = await channels.GetAsync(extension.Target, extension.Addresses, either.Token, isKept: false);
            circuit.OnChannelOpen(channel, extension);
        }
        catch (Exception failure) when (failure is IOException or TimeoutException or TunicException or OperationCanceledException or ObjectDisposedException)
        {
            if (!either.IsCancellationRequested && failure is IOException or TimeoutException)
            {
                _failed.Add(extension, environment.Now);
            }

            circuit.OnChannelFailed(extension);
        }
        finally
        {
            _shares.Leave(circuit);
        }
    }

    private static Extend2 Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            return Extend2.Decode(body);
        }
        catch (MalformedMessageException malformed)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "an EXTEND2 that cannot be read", malformed);
        }
    }

    private IPEndPoint? Usable(IPEndPoint? address) =>
        address is { Port: not 0 } && (options.ExtendToPrivateAddresses || !PrivateAddresses.Contains(address.Address)) ? address : null;

    /// <summary>Either family by chance where we have both, as stock does, so that IPv6 is used at all.</summary>
    private IReadOnlyList<IPEndPoint> Order(IPEndPoint? ipv4, IPEndPoint? ipv6)
    {
        ipv6 = options.ExtendOverIPv6 ? ipv6 : null;
        if (ipv4 is null && ipv6 is null)
        {
            throw new CircuitProtocolException(DestroyReason.ConnectFailed, "EXTEND2 over IPv6, which we do not have");
        }

        bool ipv6First = ipv6 is not null && (ipv4 is null || environment.Random.NextInt32(2) == 0);
        IPEndPoint?[] order = ipv6First ? [ipv6, ipv4] : [ipv4, ipv6];
        return [.. order.OfType<IPEndPoint>()];
    }
}
