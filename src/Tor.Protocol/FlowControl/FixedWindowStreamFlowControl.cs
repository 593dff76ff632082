using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>A window of 500 DATA messages in steps of 50, on circuits without congestion control (tor-spec, "Stream-level flow
/// control").</summary>
public sealed class FixedWindowStreamFlowControl : StreamFlowControl
{
    /// <summary>Messages that a SENDME allows.</summary>
    public const int Increment = 50;

    /// <summary>Most messages in flight.</summary>
    public const int MaximumWindow = 500;

    // as in stock: ten cells may wait before the sender is held back
    private const int MostBuffered = 10 * 509;

    private int _sendWindow = MaximumWindow;
    private int _receiveWindow = MaximumWindow;

    /// <inheritdoc/>
    public override bool MaySend => _sendWindow > 0;

    /// <inheritdoc/>
    public override void OnDataSent(int length, TimeSpan now)
    {
        if (!MaySend)
        {
            throw new InvalidOperationException("a DATA message was sent though the stream's window is used up");
        }

        _sendWindow--;
    }

    /// <inheritdoc/>
    public override void OnSendme()
    {
        if (_sendWindow + Increment > MaximumWindow)
        {
            throw Violation("stream SENDME for messages never sent");
        }

        _sendWindow += Increment;
    }

    /// <inheritdoc/>
    public override void OnXon(uint kilobytesPerSecond, TimeSpan now) => throw Violation("XON on a circuit without congestion control");

    /// <inheritdoc/>
    public override void OnXoff() => throw Violation("XOFF on a circuit without congestion control");

    /// <inheritdoc/>
    public override bool TryTakeMessage(out StreamFlowControlMessage message)
    {
        message = new StreamFlowControlMessage(RelayCommand.Sendme);
        if (_receiveWindow > MaximumWindow - Increment || BufferedBytes > MostBuffered)
        {
            return false;
        }

        _receiveWindow += Increment;
        return true;
    }

    private protected override void OnBuffered(TimeSpan now)
    {
        if (_receiveWindow == 0)
        {
            throw Violation("DATA beyond the stream's window");
        }

        _receiveWindow--;
    }

    private protected override void OnDrained(int length, TimeSpan now)
    {
        // what may be sent follows from the counts when somebody asks
    }
}
