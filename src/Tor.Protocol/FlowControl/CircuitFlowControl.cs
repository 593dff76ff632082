using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>
/// How many DATA cells one end of a circuit may send to the other (tor-spec, "Circuit-level flow control"). A client has one per hop
/// that it exchanges data with, a relay one per circuit that ends at it.
/// </summary>
/// <remarks>
/// Both ends count DATA cells and nothing else. After every <see cref="SendmeIncrement"/> of them the receiver sends a SENDME with the
/// tag of the last one. A pure state machine: no locks, time is passed in.
/// </remarks>
public abstract class CircuitFlowControl
{
    private readonly int _minimumVersion;
    private readonly Queue<SendmeExpectation> _expected = [];
    private int _receivedSinceSendme;

    private protected CircuitFlowControl(int sendmeIncrement, int minimumVersion)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sendmeIncrement);
        ArgumentOutOfRangeException.ThrowIfNegative(minimumVersion);
        SendmeIncrement = sendmeIncrement;
        _minimumVersion = minimumVersion;
    }

    /// <summary>DATA cells that one SENDME acknowledges.</summary>
    public int SendmeIncrement { get; }

    /// <summary>DATA cells sent and not acknowledged.</summary>
    public int InFlight { get; private set; }

    /// <summary>DATA cells that may be sent now, 0 or more. Does not look at <see cref="ChannelBlocked"/>.</summary>
    public abstract int SendBudget { get; }

    /// <summary>True when cells of this circuit wait because its channel is not fast enough. Set it directly, or let
    /// <see cref="OnQueueLength"/> do so. A sender of data stops; to congestion control it is a sign of congestion.</summary>
    public bool ChannelBlocked { get; set; }

    /// <summary>Cells of this circuit that wait for its channel, as told last.</summary>
    public int QueuedCells { get; private set; }

    /// <summary>True when no DATA cell should be made now: the window is used up or the channel is blocked.</summary>
    public bool Blocked => ChannelBlocked || SendBudget == 0;

    /// <summary>True when the next DATA cell will be acknowledged by a SENDME, so that its tag has to be given to
    /// <see cref="OnDataSent"/>; for all others the tag is not looked at.</summary>
    public bool NextSentTriggersSendme => (InFlight + 1) % SendmeIncrement == 0;

    /// <summary>Tells that a DATA cell was sent; call it after the cell got its tag.</summary>
    /// <param name="tag">The cell's tag, 20 bytes on tor1 hops and 16 on CGO hops; may be empty unless
    /// <see cref="NextSentTriggersSendme"/> was true.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="InvalidOperationException">The window is used up: the caller did not look at <see cref="SendBudget"/>.</exception>
    /// <exception cref="ArgumentException">The tag is needed and has a wrong length.</exception>
    public void OnDataSent(ReadOnlySpan<byte> tag, TimeSpan now)
    {
        if (SendBudget == 0)
        {
            throw new InvalidOperationException("a DATA cell was sent though the circuit's window is used up");
        }

        if (NextSentTriggersSendme)
        {
            _expected.Enqueue(new SendmeExpectation(tag, now));
        }

        InFlight++;
    }

    /// <summary>Takes a circuit-level SENDME (stream id 0) of the peer.</summary>
    /// <param name="sendme">The decoded message.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="CircuitProtocolException">Its version is not accepted here, it acknowledges cells never sent, or its tag is not
    /// that of the cell it acknowledges.</exception>
    public void OnSendme(Sendme sendme, TimeSpan now)
    {
        if (sendme.Version < _minimumVersion || _minimumVersion > SendmeParameters.MaximumVersion)
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, $"SENDME version {sendme.Version} is not accepted");
        }

        if (!_expected.TryDequeue(out SendmeExpectation expected))
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "SENDME for cells never sent");
        }

        if (sendme.Version != 0 && !expected.Matches(sendme.Tag))
        {
            throw new CircuitProtocolException(DestroyReason.Protocol, "SENDME with a wrong tag");
        }

        OnAcknowledged(expected.SentAt, now);
        InFlight -= SendmeIncrement;
    }

    /// <summary>Tells that a DATA cell arrived, for whatever stream: unknown and half-closed ones count too.</summary>
    /// <returns>True when a SENDME must be sent now, carrying the tag of this very cell.</returns>
    public bool OnDataReceived()
    {
        _receivedSinceSendme++;
        if (_receivedSinceSendme < SendmeIncrement)
        {
            return false;
        }

        _receivedSinceSendme = 0;
        return true;
    }

    /// <summary>Tells how many cells of the circuit wait for its channel, and sets <see cref="ChannelBlocked"/> with some reluctance
    /// to change: at <paramref name="blockAt"/> and more it becomes true, at <paramref name="unblockAt"/> and fewer false.</summary>
    /// <param name="queuedCells">Cells that wait, 0 or more.</param>
    /// <param name="blockAt">Consensus parameter <c>cellq_high</c>.</param>
    /// <param name="unblockAt">Consensus parameter <c>cellq_low</c>.</param>
    public void OnQueueLength(int queuedCells, int blockAt, int unblockAt)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(queuedCells);
        QueuedCells = queuedCells;
        ChannelBlocked = ChannelBlocked ? queuedCells > unblockAt : queuedCells >= blockAt;
    }

    /// <summary>One increment was acknowledged. <see cref="InFlight"/> still contains it.</summary>
    private protected abstract void OnAcknowledged(TimeSpan sentAt, TimeSpan now);
}
