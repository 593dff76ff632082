using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Channels;

/// <summary>One circuit's place on one channel: its id there and the cells that wait to be sent.</summary>
/// <remarks>Thread safe. Sending only queues: the caller flushes the channel, at once or at the end of a batch.</remarks>
public sealed class ChannelCircuit
{
    private int _ended;

    internal ChannelCircuit(Channel channel, uint circuitId, ICircuitEndpoint endpoint, CellQueue queue)
    {
        Channel = channel;
        CircuitId = circuitId;
        Endpoint = endpoint;
        Queue = queue;
        Turn = new LinkedListNode<ChannelCircuit>(this);
    }

    /// <summary>The channel that carries the circuit.</summary>
    public Channel Channel { get; }

    /// <summary>The circuit's id on this channel; never 0.</summary>
    public uint CircuitId { get; }

    /// <summary>False when the source of the cells should pause until <see cref="ICircuitEndpoint.OnWritable"/>.</summary>
    public bool IsWritable => !WaitsForRoom;

    /// <summary>True once the circuit has left the channel; nothing is sent any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>When the cell that has waited longest was queued, monotonic; null when none waits.</summary>
    public TimeSpan? OldestQueued => Channel.OldestQueued(this);

    internal ICircuitEndpoint Endpoint { get; }

    // The following belong to the channel's outgoing gate.
    internal CellQueue Queue { get; }

    /// <summary>Its place among the circuits that have something to send; in no list while it has not.</summary>
    internal LinkedListNode<ChannelCircuit> Turn { get; }

    /// <summary>Its owner has paused it.</summary>
    internal bool IsPaused { get; set; }

    /// <summary>It has sent as much as its rate allows, and waits for the clock.</summary>
    internal bool IsOverRate { get; set; }

    internal CircuitRate? Rate { get; set; }

    internal bool WantsTurn => Turn.List is null && !IsPaused && !IsOverRate && Queue.Count > 0;

    internal volatile bool WaitsForRoom;

    /// <summary>Queues one cell. Silently dropped once the circuit has ended, as cells in flight would be.</summary>
    /// <param name="command">A fixed-length command.</param>
    /// <param name="body">At most 509 bytes; the rest is zero.</param>
    /// <param name="now">Monotonic time, for finding the oldest queue when memory runs out.</param>
    /// <exception cref="CircuitProtocolException">The queue is full: the peer let more pile up than flow control allows.</exception>
    public void Send(CellCommand command, ReadOnlySpan<byte> body, TimeSpan now) => Channel.Enqueue(this, command, body, now);

    /// <summary>From now on nothing of the circuit is sent here; what comes is queued, as far as flow control lets it. Other circuits go on.</summary>
    public void Pause() => Channel.SetPaused(this, isPaused: true);

    /// <summary>The opposite of <see cref="Pause"/>.</summary>
    public void Resume() => Channel.SetPaused(this, isPaused: false);

    /// <summary>Limits what the circuit sends on this channel. A later limit takes the place of an earlier one.</summary>
    /// <param name="bytesPerSecond">Average, more than 0; null for no limit.</param>
    /// <param name="burst">Bytes at once, at least one cell.</param>
    public void LimitRate(long? bytesPerSecond, long burst) => Channel.LimitRate(this, bytesPerSecond, burst);

    /// <summary>Takes the circuit off the channel, drops what is queued and tells the peer. Has no effect when it has ended.</summary>
    public void Destroy(DestroyReason reason) => Channel.Destroy(this, reason);

    /// <summary>True for the one caller who ends the circuit.</summary>
    internal bool TryEnd() => Interlocked.Exchange(ref _ended, 1) == 0;
}
