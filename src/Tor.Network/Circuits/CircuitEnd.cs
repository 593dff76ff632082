using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Network.Circuits;

/// <summary>An end of a circuit at which streams begin or end: the origin's, or an exit's.</summary>
/// <remarks>
/// Everything pure below it (edge, streams, ciphers) is touched only while <see cref="Gate"/> is held. Nothing waits, wakes
/// others or flushes a channel inside the gate. See docs/decisions/0003.
/// </remarks>
public abstract partial class CircuitEnd : IQueueOwner
{
    private readonly HashSet<CircuitStream> _blocked = [];

    // Streams that have ended and whose data waits for the reader still: it counts as the circuit's, even after its end.
    private readonly HashSet<CircuitStream> _unread = [];
    private bool _isOver;

    /// <summary>Guards the circuit's state.</summary>
    protected internal Lock Gate { get; } = new();

    /// <summary>Monotonic time.</summary>
    protected internal abstract TimeSpan Now { get; }

    /// <summary>The clock, for timers.</summary>
    protected internal abstract TimeProvider Time { get; }

    /// <summary>The edge that carries the streams.</summary>
    protected internal abstract CircuitEdge Edge { get; }

    /// <summary>The same, or null before there is one. Called inside the gate.</summary>
    protected abstract CircuitEdge? OpenEdge { get; }

    /// <summary>What counts the bytes that wait here.</summary>
    protected abstract QueueMemory Memory { get; }

    /// <summary>Where faults are reported.</summary>
    protected abstract ILogger Log { get; }

    /// <summary>When the oldest cell came that waits on the circuit's channels; null when none does. Called outside the gate.</summary>
    protected abstract TimeSpan? OldestQueuedCell { get; }

    TimeSpan? IQueueOwner.OldestQueued
    {
        get
        {
            TimeSpan? oldest = OldestQueuedCell;
            lock (Gate)
            {
                foreach (CircuitStream stream in OpenStreams.Concat(_unread))
                {
                    oldest = QueueMemory.Earlier(oldest, stream.OldestReceived);
                }
            }

            return oldest;
        }
    }

    private IEnumerable<CircuitStream> OpenStreams => OpenEdge?.Streams.Open.Select(stream => stream.Owner).OfType<CircuitStream>() ?? [];

    void IQueueOwner.GiveUp()
    {
        Fail(new CircuitProtocolException(DestroyReason.ResourceLimit, "the memory for queues has run out"));
        GiveUpUnread();
    }

    /// <summary>Sends what was queued. Call outside the gate.</summary>
    protected internal abstract void Flush();

    /// <summary>What an END says when a stream is closed here: a client never tells why (tor-spec, "Closing streams").</summary>
    protected internal abstract EndReason ReasonToTell(EndReason reason);

    /// <summary>Ends the circuit because its state is broken. Call outside the gate.</summary>
    protected internal abstract void Fail(CircuitProtocolException failure);

    /// <summary>The memory of received bytes that wait to be read has become more or less.</summary>
    internal void OnBuffered(int change)
    {
        if (change != 0)
        {
            Memory.OnBuffered(change);
        }
    }

    /// <summary>A fault of ours that ends nothing.</summary>
    internal void ReportFault(Exception failure) => LogFault(Log, failure);

    /// <summary>From now on the circuit may be closed for its memory; until <see cref="EndStreams"/>.</summary>
    protected void BeginCounting()
    {
        lock (Gate)
        {
            if (!_isOver)
            {
                Memory.Add(this);
            }
        }
    }

    /// <summary>Takes up a stream that the other end asks for. Call inside the gate.</summary>
    /// <returns>Null when there are too many; END has been sent then.</returns>
    /// <exception cref="CircuitProtocolException">The id is in use.</exception>
    protected CircuitStream? Admit(ushort streamId, RelayCommand command, bool continueInline)
    {
        var stream = new CircuitStream(this, continueInline, isOurs: false);
        if (Edge.TryAdmit(streamId, command, stream) is not { } admitted)
        {
            return null;
        }

        stream.Attach(admitted);
        return stream;
    }

    /// <summary>Remembers a stream that waits for the circuit's window. Call inside the gate.</summary>
    internal void AddBlocked(CircuitStream stream) => _blocked.Add(stream);

    /// <summary>Forgets a stream that has ended. Call inside the gate.</summary>
    internal void RemoveBlocked(CircuitStream stream) => _blocked.Remove(stream);

    /// <summary>Remembers a stream that has ended before all was read. Call inside the gate.</summary>
    internal void AddUnread(CircuitStream stream) => _unread.Add(stream);

    /// <summary>Forgets it when it has been read. Call inside the gate.</summary>
    internal void RemoveUnread(CircuitStream stream)
    {
        if (_unread.Remove(stream) && _isOver && _unread.Count == 0)
        {
            Memory.Remove(this);
        }
    }

    /// <summary>Lets all waiting streams try again. Call inside the gate; they wake when the batch is flushed.</summary>
    protected void WakeBlocked(ReceiveBatch batch)
    {
        foreach (CircuitStream stream in _blocked)
        {
            batch.Wake(stream.Writable);
        }

        _blocked.Clear();
    }

    /// <summary>Lets all waiting streams try again, now. Call outside the gate.</summary>
    protected void WakeBlocked()
    {
        CircuitStream[] streams;
        lock (Gate)
        {
            if (_blocked.Count == 0)
            {
                return;
            }

            streams = [.. _blocked];
            _blocked.Clear();
        }

        foreach (CircuitStream stream in streams)
        {
            stream.Writable.Set();
        }
    }

    /// <summary>Hands what arrived to its stream. Call inside the gate.</summary>
    /// <returns>False for events that are not of a stream that is known here.</returns>
    protected bool TryDispatch(EdgeEvent happened, ReceiveBatch batch)
    {
        if (happened.Kind == EdgeEventKind.CircuitWindowOpened)
        {
            WakeBlocked(batch);
            return true;
        }

        if (happened.Stream?.Owner is not CircuitStream stream)
        {
            return happened.Kind == EdgeEventKind.None;
        }

        switch (happened.Kind)
        {
            case EdgeEventKind.Data:
                stream.OnData(happened.Body, batch.Now);
                batch.Wake(stream.Readable);
                return true;
            case EdgeEventKind.Connected or EdgeEventKind.Resolved:
                stream.OnAnswered(happened.Body, happened.Kind == EdgeEventKind.Resolved);
                batch.After(stream.PublishAnswer);
                batch.Wake(stream.Readable);
                batch.Wake(stream.Writable);
                return true;
            case EdgeEventKind.Ended:
                stream.OnEnded(End.Decode(happened.Body));
                batch.Wake(stream.Readable);
                batch.Wake(stream.Writable);
                return true;
            case EdgeEventKind.StreamWindowOpened:
                batch.Wake(stream.Writable);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Tells all streams that the circuit is gone. Call outside the gate.</summary>
    /// <param name="why">For those who read and write.</param>
    /// <param name="cause">The fault behind it, if there is one.</param>
    /// <param name="reason">RESOURCELIMIT drops what has not been read, as stock tor does.</param>
    protected void EndStreams(string why, Exception? cause, DestroyReason reason)
    {
        CircuitStream[] streams;
        lock (Gate)
        {
            streams = [.. OpenStreams];
        }

        foreach (CircuitStream stream in streams)
        {
            stream.OnCircuitEnded(why, cause);
        }

        if (reason == DestroyReason.ResourceLimit)
        {
            GiveUpUnread();
        }

        lock (Gate)
        {
            _isOver = true;
            if (_unread.Count == 0)
            {
                Memory.Remove(this);
            }
        }
    }

    private void GiveUpUnread()
    {
        lock (Gate)
        {
            foreach (CircuitStream stream in _unread.ToArray())
            {
                stream.GiveUpReceived();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in what is done for a stream; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
