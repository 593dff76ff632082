using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>
/// Streams that we ended and whose peer may not know it yet, of one hop of a circuit. What an honest peer can still have under way is
/// taken and dropped; anything else closes the circuit.
/// </summary>
/// <remarks>
/// With fixed windows the number of messages bounds it and the entry stays as long as the circuit; with congestion control there is no
/// such number, and time does (proposal 324, "Sidechannel mitigation"). Only the ends of circuits that have to fear signals keep this:
/// clients and onion services, not exits.
/// </remarks>
public sealed class HalfClosedStreams
{
    // Longer than stock's: there a late message is merely not counted, here it costs the circuit, and the queue of a slow link
    // may hold the data of many seconds.
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(30);

    private readonly Dictionary<ushort, Entry> _streams = [];

    /// <summary>Streams kept.</summary>
    public int Count => _streams.Count;

    /// <summary>Monotonic time from which <see cref="OnDeadline"/> has something to forget; null when no time does it.</summary>
    public TimeSpan? NextDeadline { get; private set; }

    /// <summary>How long the peer may take to see our END on a circuit with congestion control.</summary>
    /// <param name="circuitBuildTimeout">The present one.</param>
    /// <param name="longestRoundTrip">Of the circuit; null when not known.</param>
    /// <param name="onionService">True when the circuit is twice as long.</param>
    public static TimeSpan Lifetime(TimeSpan circuitBuildTimeout, TimeSpan? longestRoundTrip, bool onionService)
    {
        TimeSpan building = onionService ? 2 * circuitBuildTimeout : circuitBuildTimeout;
        long ticks = Math.Max(building.Ticks, longestRoundTrip.GetValueOrDefault().Ticks);
        return TimeSpan.FromTicks(Math.Max(ticks, ShortestLifetime.Ticks));
    }

    /// <summary>Whether the id belongs to a stream kept here.</summary>
    public bool Contains(ushort streamId) => _streams.ContainsKey(streamId);

    /// <summary>Keeps a stream on which END was sent; does nothing when the peer has sent its last message too.</summary>
    /// <param name="streamId">Its id.</param>
    /// <param name="state">Its state, with all that was counted so far.</param>
    /// <param name="expiresAt">Monotonic time from which no message is expected any more; null with fixed windows.</param>
    /// <exception cref="ArgumentException">No END was sent, or the id is kept already.</exception>
    public void Add(ushort streamId, StreamState state, TimeSpan? expiresAt)
    {
        if (!state.EndSent)
        {
            throw new ArgumentException("a stream is half closed after END only", nameof(state));
        }

        if (state.Phase == StreamPhase.Ended)
        {
            return;
        }

        _streams.Add(streamId, new Entry(state, expiresAt));
        if (expiresAt < (NextDeadline ?? TimeSpan.MaxValue))
        {
            NextDeadline = expiresAt;
        }
    }

    /// <summary>Takes a message for a stream that is not open. Returns when it may have been under way.</summary>
    /// <exception cref="CircuitProtocolException">It cannot: the stream is unknown or long gone, or the message is one too
    /// many.</exception>
    public void OnMessage(ushort streamId, RelayCommand command, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (!_streams.TryGetValue(streamId, out Entry entry) || now >= entry.ExpiresAt)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"{command} on an unknown stream");
        }

        entry.State.OnMessage(command, body, now);
        if (entry.State.Phase == StreamPhase.Ended)
        {
            _streams.Remove(streamId);
        }
    }

    /// <summary>Forgets one stream: the peer may use its id again.</summary>
    public void Forget(ushort streamId) => _streams.Remove(streamId);

    /// <summary>Forgets the streams whose time is over, so that their ids can be used again.</summary>
    public void OnDeadline(TimeSpan now)
    {
        if (NextDeadline is not { } deadline || now < deadline)
        {
            return;
        }

        NextDeadline = null;
        foreach ((ushort streamId, Entry entry) in _streams)
        {
            if (now >= entry.ExpiresAt)
            {
                _streams.Remove(streamId); // allowed while enumerating
            }
            else if (entry.ExpiresAt < (NextDeadline ?? TimeSpan.MaxValue))
            {
                NextDeadline = entry.ExpiresAt;
            }
        }
    }

    private readonly record struct Entry(StreamState State, TimeSpan? ExpiresAt);
}
