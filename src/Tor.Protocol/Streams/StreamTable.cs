using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>The streams of one hop of a circuit by their ids: the open ones, and those that are half closed.</summary>
/// <typeparam name="TStream">What the owner keeps per stream.</typeparam>
public sealed class StreamTable<TStream>
    where TStream : class
{
    /// <summary>Most streams that ids can tell apart.</summary>
    public const int MaximumStreams = ushort.MaxValue;

    private readonly Dictionary<ushort, TStream> _open = [];
    private readonly int _limit;
    private ushort _next;

    /// <summary>An empty table.</summary>
    /// <param name="random">Draws the first id, so that ids do not tell how many streams there were.</param>
    /// <param name="limit">Most open streams, 1 to <see cref="MaximumStreams"/>.</param>
    public StreamTable(RandomSource random, int limit = MaximumStreams)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaximumStreams);
        _limit = limit;
        _next = (ushort)(1 + random.NextInt32(MaximumStreams));
    }

    /// <summary>Open streams.</summary>
    public int Count => _open.Count;

    /// <summary>The open streams, in no order.</summary>
    public IReadOnlyCollection<TStream> Open => _open.Values;

    /// <summary>Streams that we ended.</summary>
    public HalfClosedStreams HalfClosed { get; } = new();

    /// <summary>Adds a stream that we open, under the next id that is neither open nor half closed.</summary>
    /// <returns>False when the limit is reached or no id is left: another circuit has to carry the stream.</returns>
    public bool TryAllocate(TStream stream, out ushort streamId)
    {
        streamId = 0;
        if (_open.Count >= _limit || _open.Count + HalfClosed.Count >= MaximumStreams)
        {
            return false;
        }

        do
        {
            streamId = _next;
            _next = _next == ushort.MaxValue ? (ushort)1 : (ushort)(_next + 1);
        }
        while (_open.ContainsKey(streamId) || HalfClosed.Contains(streamId));

        _open.Add(streamId, stream);
        return true;
    }

    /// <summary>Adds a stream that the peer opens. Its id may be one that we ended: opening it anew says that the END arrived.</summary>
    public StreamAdmission TryAdd(ushort streamId, TStream stream)
    {
        if (streamId == 0 || _open.ContainsKey(streamId))
        {
            return StreamAdmission.IdInUse;
        }

        if (_open.Count >= _limit)
        {
            return StreamAdmission.Full;
        }

        HalfClosed.Forget(streamId);
        _open.Add(streamId, stream);
        return StreamAdmission.Added;
    }

    /// <summary>Finds an open stream.</summary>
    public bool TryGet(ushort streamId, [NotNullWhen(true)] out TStream? stream) => _open.TryGetValue(streamId, out stream);

    /// <summary>Removes a stream of which nothing more can come: the peer ended it, or we are an exit and do not keep it.</summary>
    /// <returns>False when it is not open.</returns>
    public bool Remove(ushort streamId) => _open.Remove(streamId);

    /// <summary>Moves an open stream on which END was sent to the half-closed ones.</summary>
    /// <param name="streamId">Its id.</param>
    /// <param name="state">Its state.</param>
    /// <param name="expiresAt">See <see cref="HalfClosedStreams.Add"/>.</param>
    /// <exception cref="ArgumentException">No END was sent, or the stream is not open.</exception>
    public void HalfClose(ushort streamId, StreamState state, TimeSpan? expiresAt)
    {
        if (!_open.ContainsKey(streamId))
        {
            throw new ArgumentException($"stream {streamId} is not open", nameof(streamId));
        }

        HalfClosed.Add(streamId, state, expiresAt);
        _open.Remove(streamId);
    }

    /// <summary>Takes a message that <see cref="RelayMessageRules"/> accepted, and whose stream is not open.</summary>
    /// <param name="role">Which end of the circuit we are.</param>
    /// <param name="streamId">Its stream, not 0.</param>
    /// <param name="command">Its command.</param>
    /// <param name="body">Its body.</param>
    /// <param name="now">Monotonic time.</param>
    /// <returns>True when it asks to open a stream, see <see cref="TryAdd"/>; false when it is dropped.</returns>
    /// <exception cref="CircuitProtocolException">At the origin of a circuit: it cannot have been under way. Anywhere: an END that
    /// says no reason.</exception>
    public bool OnStrayMessage(CircuitRole role, ushort streamId, RelayCommand command, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (command is RelayCommand.Begin or RelayCommand.BeginDir or RelayCommand.Resolve)
        {
            return true;
        }

        if (command == RelayCommand.End && body.IsEmpty)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "END without a reason");
        }

        // An exit keeps no memory of the streams it ended, and the client may not have seen the END.
        if (role == CircuitRole.Origin)
        {
            HalfClosed.OnMessage(streamId, command, body, now);
        }

        return false;
    }
}
