using Tunic.Primitives.Bytes;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;

namespace Tunic.Tor.Relay.Exits;

/// <summary>What becomes of BEGIN, BEGIN_DIR and RESOLVE: judged where they arrive, done in tasks of their own (stock connection_edge.c).</summary>
/// <remarks>Thread safe.</remarks>
public sealed class StreamRequests : IAsyncDisposable
{
    private static readonly Resolved _tryLater = new([ResolvedAnswer.FromError(isTransient: true, ExitStreams.ResolvedTimeToLive)]);

    private readonly ExitOptions _options;
    private volatile ExitRules _rules;
    private readonly ExitStreams _exits;
    private readonly DirectoryStreamHandler? _directory;
    private readonly Func<KnownRelays> _relays;
    private readonly Func<RelayParameters> _parameters;
    private readonly ChannelEnvironment _environment;
    private readonly BackgroundTasks _tasks;
    private int _refused;
    private volatile bool _isClosing;

    /// <summary>No streams yet.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="rules">Where streams may lead.</param>
    /// <param name="resolver">Looks names up.</param>
    /// <param name="directory">Serves BEGIN_DIR; null for a relay that serves no directory.</param>
    /// <param name="relays">Who is a relay.</param>
    /// <param name="parameters">From the present consensus.</param>
    /// <param name="environment">Clock and log.</param>
    public StreamRequests(
        ExitOptions options,
        ExitRules rules,
        IResolver resolver,
        DirectoryStreamHandler? directory,
        Func<KnownRelays> relays,
        Func<RelayParameters> parameters,
        ChannelEnvironment environment)
    {
        _options = options;
        _rules = rules;
        _exits = new ExitStreams(options, rules, resolver, environment);
        _directory = directory;
        _relays = relays;
        _parameters = parameters;
        _environment = environment;
        _tasks = new BackgroundTasks(environment.Log);
    }

    /// <summary>Streams open or being opened.</summary>
    public int Count => _tasks.Count;

    /// <summary>Streams refused so far because of a rule or limit.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>From now on clients are sent to other exits: this one is about to end. Streams that are open go on.</summary>
    public void RefuseNew() => _isClosing = true;

    /// <summary>Where streams may lead from now on; those that are open go on.</summary>
    public void UseRules(ExitRules rules)
    {
        _rules = rules;
        _exits.UseRules(rules);
    }

    /// <summary>Ends all streams and waits for them.</summary>
    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    /// <summary>A client asks for a stream. Inside the circuit's gate.</summary>
    /// <exception cref="CircuitProtocolException">The circuit asks too often, or uses an id twice.</exception>
    internal void OnRequested(RelayCircuit circuit, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        switch (command)
        {
            case not RelayCommand.BeginDir when _isClosing:
                Refuse(circuit, streamId, EndReason.Hibernating);
                break;
            case RelayCommand.BeginDir:
                OnBeginDirectory(circuit, streamId);
                break;
            case RelayCommand.Resolve:
                OnResolve(circuit, streamId, Resolve.Decode(body));
                break;
            default:
                OnBegin(circuit, streamId, body, batch);
                break;
        }
    }

    private void OnBeginDirectory(RelayCircuit circuit, ushort streamId)
    {
        if (_directory is null)
        {
            Refuse(circuit, streamId, EndReason.NotDirectory);
        }
        else if (Count >= _options.MaxStreams)
        {
            Refuse(circuit, streamId, EndReason.ResourceLimit);
        }
        else if (circuit.AdmitStream(streamId, RelayCommand.BeginDir, continueInline: false) is { } stream)
        {
            var origin = new DirectoryStreamOrigin(circuit.Channel.Transport.RemoteEndPoint?.Address, circuit.IsFirstHop);
            _tasks.TryRun(cancel => ServeDirectoryAsync(stream, origin, cancel));
        }
    }

    private void OnBegin(RelayCircuit circuit, ushort streamId, ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        if (FindRefusal(circuit, body, out Begin? begin) is { } reason)
        {
            Refuse(circuit, streamId, reason);
            return;
        }

        if (!TakeToken(circuit) || !_exits.Pending.HasRoom(circuit))
        {
            // Not RESOURCELIMIT: it would make the client avoid us until its next consensus, and what one circuit asks for must not drive others away.
            Refuse(circuit, streamId, EndReason.Misc);
            return;
        }

        if (circuit.AdmitStream(streamId, RelayCommand.Begin, continueInline: true) is { } stream)
        {
            _exits.Pending.Take(circuit);
            _tasks.TryRunAfter(batch, cancel => _exits.ServeAsync(circuit, stream, begin!, cancel));
        }
    }

    private void OnResolve(RelayCircuit circuit, ushort streamId, Resolve resolve)
    {
        if (!TakeToken(circuit) || Count >= _options.MaxStreams || !_exits.Pending.HasRoom(circuit))
        {
            Interlocked.Increment(ref _refused);
            circuit.Refuse(streamId, _tryLater);
        }
        else if (circuit.AdmitStream(streamId, RelayCommand.Resolve, continueInline: false) is { } stream)
        {
            _exits.Pending.Take(circuit);
            _tasks.TryRun(cancel => _exits.ResolveAsync(circuit, stream, resolve, cancel));
        }
    }

    private EndReason? FindRefusal(RelayCircuit circuit, ReadOnlySpan<byte> body, out Begin? begin)
    {
        begin = Decode(body);
        if (begin is null || circuit.IsFirstHop)
        {
            return EndReason.TorProtocol; // malformed, or somebody uses us as a proxy of one hop
        }

        if (_parameters().RefusesUnknownRelays && _relays() is { IsKnown: true } relays
            && relays.Find(circuit.Channel.Link.Peer!.Value.RsaIdentity) is null)
        {
            return EndReason.Misc;
        }

        if (!_rules.Serves(begin.Flags))
        {
            return EndReason.ExitPolicy;
        }

        return Count >= _options.MaxStreams ? EndReason.ResourceLimit : null;
    }

    private static Begin? Decode(ReadOnlySpan<byte> body)
    {
        try
        {
            return Begin.Decode(body);
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    /// <summary>False when the circuit has asked for too many streams lately.</summary>
    private bool TakeToken(RelayCircuit circuit)
    {
        DosParameters dos = _parameters().Dos;
        if (!dos.LimitsStreams)
        {
            return true;
        }

        circuit.StreamLimit ??= new TokenBucket(dos.StreamRate, dos.StreamBurst, _environment.Now);
        bool allowed = circuit.StreamLimit.TryTake(_environment.Now);
        return allowed || !dos.ClosesCircuits
            ? allowed
            : throw new CircuitProtocolException(DestroyReason.ResourceLimit, "the circuit asks for streams too often");
    }

    private void Refuse(RelayCircuit circuit, ushort streamId, EndReason reason)
    {
        Interlocked.Increment(ref _refused);
        circuit.Refuse(streamId, reason);
    }

    private async Task ServeDirectoryAsync(CircuitStream stream, DirectoryStreamOrigin origin, CancellationToken cancel)
    {
        await using StreamEnding ending = stream.WatchEnding();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, ending.Token);
        await using var bytes = new TorStream(stream);
        if (!stream.SendConnected(new Connected()))
        {
            return;
        }

        try
        {
            await _directory!(bytes, origin, either.Token);
        }
        catch (Exception failure) when (failure is IOException || either.IsCancellationRequested)
        {
            // the client went away, or the relay is being stopped
        }
    }
}
