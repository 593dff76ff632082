using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Exits;
using Tunic.Tor.Relay.OnionServices;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>All circuits that others made through this relay: takes CREATE, keeps what they share, closes what is idle or too much.</summary>
/// <remarks>Thread safe. <see cref="Connect"/> comes before the first channel.</remarks>
public sealed partial class RelayCircuits : ICircuitAcceptor, IAsyncDisposable
{
    private readonly ConcurrentDictionary<RelayCircuit, bool> _circuits = new();
    private readonly RelayCircuitOptions _options;
    private readonly CircuitCreationLimits _creationLimits;
    private readonly Func<HandshakeKeys> _keys;
    private readonly OnionSkinQueue _onionSkins;
    private CircuitExtender? _extender;
    private int _count;
    private volatile bool _isStopping;

    /// <summary>No circuits yet.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="keys">What handshakes are answered with; asked for each.</param>
    /// <param name="parameters">From the present consensus; asked for each circuit.</param>
    /// <param name="creationLimits">Which clients may make circuits.</param>
    /// <param name="streams">What happens to streams.</param>
    /// <param name="environment">What the channels share.</param>
    public RelayCircuits(
        RelayCircuitOptions options,
        Func<HandshakeKeys> keys,
        Func<RelayParameters> parameters,
        CircuitCreationLimits creationLimits,
        StreamRequests streams,
        ChannelEnvironment environment)
    {
        _options = options;
        _keys = keys;
        Parameters = parameters;
        _creationLimits = creationLimits;
        Streams = streams;
        OnionServices = new OnionServicePoints(parameters);
        Environment = environment;
        Padding = new PaddingSource(environment.Random);
        _onionSkins = new OnionSkinQueue(options.OnionSkins, Respond, environment);
    }

    /// <summary>Circuits open now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Circuits made so far.</summary>
    public long Created { get; private set; }

    /// <summary>Handshakes refused or given up for want of time, so far.</summary>
    public long DroppedHandshakes => _onionSkins.Dropped;

    /// <summary>Told of the channel on which each circuit was opened.</summary>
    public Action<Channel>? Opened { get; init; }

    /// <summary>The circuits open now.</summary>
    internal IEnumerable<RelayCircuit> All => _circuits.Keys;

    internal ChannelEnvironment Environment { get; }

    internal Func<RelayParameters> Parameters { get; }

    internal RandomSource Padding { get; }

    internal StreamRequests Streams { get; }

    internal OnionServicePoints OnionServices { get; }

    internal CircuitExtender Extender => _extender ?? throw new InvalidOperationException("the circuits have no channels to extend over");

    /// <summary>Tells over which channels to extend, and where the relays are.</summary>
    public void Connect(ChannelTable channels, Func<KnownRelays> relays) =>
        _extender = new CircuitExtender(channels, _options, _keys, relays, Environment);

    /// <inheritdoc/>
    public void OnCreate(Channel channel, uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        DestroyReason? refusal;
        try
        {
            refusal = TryCreate(channel, circuitId, command, body);
        }
        catch (Exception failure) when (failure is not ChannelProtocolException)
        {
            LogFault(Environment.Log, failure);
            refusal = DestroyReason.Internal;
        }

        if (refusal is { } reason)
        {
            channel.QueueDestroy(circuitId, reason);
        }
    }

    /// <summary>Closes circuits that are idle or wait for too long. Call every second or so.</summary>
    public void CloseExpired()
    {
        TimeSpan now = Environment.Now;
        foreach (RelayCircuit circuit in _circuits.Keys)
        {
            if (circuit.FindExpiry(now, _options) is { } reason)
            {
                circuit.Close(reason);
            }
        }

        Environment.Memory.Reclaim();
    }

    /// <summary>Refuses new circuits from now on: the relay is being stopped.</summary>
    public void StopCreating() => _isStopping = true;

    /// <summary>These relays are known to be up again: circuits may be extended to them at once, even where nobody answered a short time ago.</summary>
    public void OnUp(IReadOnlySet<RsaIdentity> relays) => Extender.OnUp(relays);

    /// <summary>Closes all circuits and waits for what is done for them.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _onionSkins.StopAsync();
        foreach (RelayCircuit circuit in _circuits.Keys)
        {
            circuit.Close(DestroyReason.Hibernating);
        }

        if (_extender is not null)
        {
            await _extender.DisposeAsync();
        }
    }

    internal CircuitEdgeSettings EdgeSettings(bool isCreateFast) =>
        Parameters().Edge with { IsCreateFast = isCreateFast, MaxStreams = _options.MaxStreams };

    /// <param name="circuit">It has ended.</param>
    /// <param name="role">What it was to onion services.</param>
    internal void Remove(RelayCircuit circuit, OnionServiceRole? role)
    {
        if (_circuits.TryRemove(circuit, out _))
        {
            Interlocked.Decrement(ref _count);
        }

        if (role is not null)
        {
            OnionServices.Remove(circuit, role);
        }
    }

    /// <summary>Starts a circuit.</summary>
    /// <returns>Why not; null when it was started.</returns>
    private DestroyReason? TryCreate(Channel channel, uint circuitId, CellCommand command, ReadOnlySpan<byte> body)
    {
        if (_isStopping)
        {
            return DestroyReason.Hibernating;
        }

        if (!AllowsCreation(channel) || Count >= _options.MaxCircuits)
        {
            return DestroyReason.ResourceLimit;
        }

        if (command == CellCommand.CreateFast)
        {
            return HopHandshakeResponder.RespondFast(body, Environment.Random) is { } answer
                ? Start(channel, circuitId, circuit => Open(circuit, answer))
                : DestroyReason.Protocol;
        }

        if (Decode(body) is not { } request)
        {
            return DestroyReason.Protocol;
        }

        return Start(channel, circuitId, circuit => _onionSkins.TryEnqueue(circuit, request));
    }

    private DestroyReason? Start(Channel channel, uint circuitId, Func<RelayCircuit, bool> proceed)
    {
        var circuit = new RelayCircuit(this);
        if (!circuit.TryAttach(channel, circuitId))
        {
            return null; // the channel is closing: there is nobody to tell
        }

        _circuits.TryAdd(circuit, true);
        Interlocked.Increment(ref _count);
        Created++;
        if (circuit.HasEnded)
        {
            Remove(circuit, null); // ended before it was added
        }
        else if (!proceed(circuit))
        {
            circuit.Close(DestroyReason.ResourceLimit);
        }

        return null;
    }

    private static bool Open(RelayCircuit circuit, HopHandshakeAnswer answer)
    {
        circuit.Open(answer);
        return true;
    }

    /// <summary>Only clients are judged: many circuits come from each relay.</summary>
    private bool AllowsCreation(Channel channel) =>
        channel.Link.Peer is not null
        || channel.Transport.RemoteEndPoint is not { Address: IPAddress address }
        || _creationLimits.TryCreate(address, Parameters().Dos, Environment.Now);

    private static Create2? Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            return Create2.Decode(body) is { Type: HandshakeType.Ntor or HandshakeType.NtorV3 } request ? request : null;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private HopHandshakeAnswer? Respond(Create2 request) =>
        HopHandshakeResponder.Respond(request, _keys(), Parameters().Capabilities, Environment.Random);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while creating a circuit; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
