using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>XON and XOFF, on circuits with congestion control: the receiver says when its buffer is full, and how fast it empties
/// (proposal 324, "Flow control").</summary>
public sealed class XonXoffStreamFlowControl : StreamFlowControl
{
    // Several messages are handled before a socket gets its next chance to write; only a buffer that stays full is worth an XOFF.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromMilliseconds(5);

    // 32 cells of 488 bytes: more than that in the buffer means that it does not empty by itself
    private const int ExpectedBurst = 32 * 488;

    private readonly XonXoffAllowance? _allowance;
    private readonly DrainRate _drainRate;
    private readonly int _xoffBytes;
    private readonly AdvisoryRate _rate = new();
    private bool _stoppedByPeer;
    private bool _wantsStop;
    private bool _peerIsStopped;
    private bool _wantsOtherRate;
    private TimeSpan? _fullSince;

    /// <summary>The flow control of a new stream.</summary>
    /// <param name="parameters">From the consensus.</param>
    /// <param name="clientSide">True for a client and for an onion service, false for an exit: decides about the size of the buffer,
    /// and whether the peer's messages are counted against side channels.</param>
    /// <param name="clock">What the circuit knows about the clock.</param>
    public XonXoffStreamFlowControl(StreamFlowControlParameters parameters, bool clientSide, ClockHealth clock)
    {
        _allowance = clientSide ? new XonXoffAllowance(parameters) : null;
        _xoffBytes = clientSide ? parameters.XoffClientBytes : parameters.XoffExitBytes;
        _drainRate = new DrainRate(parameters, clock);
    }

    /// <inheritdoc/>
    public override bool MaySend => !_stoppedByPeer;

    /// <inheritdoc/>
    public override TimeSpan? NextDeadline => MaySend ? _rate.NextPortion : null;

    /// <inheritdoc/>
    public override int BytesAllowed(TimeSpan now) => MaySend ? _rate.Available(now) : 0;

    /// <inheritdoc/>
    public override void OnDataSent(int length, TimeSpan now)
    {
        if (!MaySend)
        {
            throw new InvalidOperationException("a DATA message was sent though the peer said XOFF");
        }

        _allowance?.OnDataSent(length);
        _rate.Take(length, now);
    }

    /// <inheritdoc/>
    public override void OnSendme() => throw Violation("stream SENDME on a circuit with congestion control");

    /// <inheritdoc/>
    public override void OnXon(uint kilobytesPerSecond, TimeSpan now)
    {
        if (!_stoppedByPeer)
        {
            _allowance?.OnAdvisoryXon();
        }

        _stoppedByPeer = false;
        _rate.Set(kilobytesPerSecond, now);
    }

    /// <inheritdoc/>
    public override void OnXoff()
    {
        if (_stoppedByPeer)
        {
            throw Violation("XOFF on a stream that is off");
        }

        _allowance?.OnXoff();
        _stoppedByPeer = true;
    }

    /// <inheritdoc/>
    public override bool TryTakeMessage(out StreamFlowControlMessage message)
    {
        message = default;
        if (_wantsStop == _peerIsStopped && (_wantsStop || !_wantsOtherRate))
        {
            return false;
        }

        message = _wantsStop
            ? new StreamFlowControlMessage(RelayCommand.Xoff)
            : new StreamFlowControlMessage(RelayCommand.Xon, _drainRate.Tell());
        _peerIsStopped = _wantsStop;
        _wantsOtherRate = false;
        return true;
    }

    private protected override void OnBuffered(TimeSpan now)
    {
        if (BufferedBytes <= _xoffBytes)
        {
            _fullSince = null;
        }
        else if (!_wantsStop)
        {
            _fullSince ??= now;
            if (now > _fullSince + GracePeriod)
            {
                _wantsStop = true;
                _fullSince = null;
                _drainRate.Forget();
            }
        }

        if (BufferedBytes > ExpectedBurst)
        {
            OnDrained(0, now);
        }
    }

    private protected override void OnDrained(int length, TimeSpan now)
    {
        _drainRate.OnDrained(length, BufferedBytes, now);
        if (!_wantsStop)
        {
            _wantsOtherRate |= _drainRate.DiffersFromTold;
        }

        if (BufferedBytes == 0)
        {
            _wantsStop = false;
            _drainRate.OnEmpty();
        }
    }
}
