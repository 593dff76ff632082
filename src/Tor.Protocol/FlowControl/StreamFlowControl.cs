using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>
/// How much data one end of a stream may send to the other, and what it tells the other about its own buffer. Circuits without
/// congestion control have a window per stream, those with it XON and XOFF (tor-spec, "Stream-level flow control"; proposal 324,
/// "Flow control").
/// </summary>
/// <remarks>A pure state machine. After each <c>OnBytes...</c> call, ask <see cref="TryTakeMessage"/> until it returns false.</remarks>
public abstract class StreamFlowControl
{
    private protected StreamFlowControl()
    {
    }

    /// <summary>Bytes that arrived and still wait for the application or the target.</summary>
    public long BufferedBytes { get; private set; }

    /// <summary>False when the peer has to allow more first: nothing of the stream should be read.</summary>
    public abstract bool MaySend { get; }

    /// <summary>Monotonic time from which <see cref="BytesAllowed"/> is more than 0 again; null when no time changes it.</summary>
    public virtual TimeSpan? NextDeadline => null;

    /// <summary>Bytes of data that may be sent now; 0 for "wait for the peer, or for <see cref="NextDeadline"/>", and
    /// <see cref="int.MaxValue"/> without limit.</summary>
    /// <param name="now">Monotonic time.</param>
    public virtual int BytesAllowed(TimeSpan now) => MaySend ? int.MaxValue : 0;

    /// <summary>Tells that a DATA message was sent.</summary>
    /// <param name="length">Bytes of data in it.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="InvalidOperationException">The caller did not look at <see cref="MaySend"/>.</exception>
    public abstract void OnDataSent(int length, TimeSpan now);

    /// <summary>Takes a SENDME of the stream.</summary>
    /// <exception cref="CircuitProtocolException">It acknowledges what was never sent, or the circuit has congestion control.</exception>
    public abstract void OnSendme();

    /// <summary>Takes an XON.</summary>
    /// <param name="kilobytesPerSecond">The rate that the peer can take, in 1000 bytes per second; 0 for no limit.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="CircuitProtocolException">The circuit has no congestion control, or there are more XONs than our data can have
    /// caused.</exception>
    public abstract void OnXon(uint kilobytesPerSecond, TimeSpan now);

    /// <summary>Takes an XOFF.</summary>
    /// <exception cref="CircuitProtocolException">The circuit has no congestion control, sending was off already, or there are more
    /// XOFFs than our data can have caused.</exception>
    public abstract void OnXoff();

    /// <summary>Tells that a DATA message arrived and its data waits.</summary>
    /// <param name="length">Bytes of data in it, 0 or more.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="CircuitProtocolException">The window does not allow it.</exception>
    public void OnBytesBuffered(int length, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        BufferedBytes += length;
        OnBuffered(now);
    }

    /// <summary>Tells that bytes went on to the application or the target.</summary>
    /// <param name="length">1 to <see cref="BufferedBytes"/>.</param>
    /// <param name="now">Monotonic time.</param>
    public void OnBytesDrained(int length, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, BufferedBytes);
        BufferedBytes -= length;
        OnDrained(length, now);
    }

    /// <summary>Takes the next message to send on the stream.</summary>
    public abstract bool TryTakeMessage(out StreamFlowControlMessage message);

    private protected abstract void OnBuffered(TimeSpan now);

    private protected abstract void OnDrained(int length, TimeSpan now);

    private protected static CircuitProtocolException Violation(string message) => new(DestroyReason.Protocol, message);
}
