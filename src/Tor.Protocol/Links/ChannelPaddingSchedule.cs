using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Links;

/// <summary>When an idle link sends a PADDING cell, so that routers' flow records run together (padding-spec, "Connection-level
/// padding"; channelpadding.c of stock tor). One per open link, owned by its loop.</summary>
/// <remarks>Pure. The pause is drawn only once a link has been idle for the shortest pause, so a busy link costs no randomness.</remarks>
public sealed class ChannelPaddingSchedule
{
    private readonly ChannelPaddingOptions _options;
    private readonly RandomSource _random;
    private ChannelPaddingParameters _parameters;
    private bool _enabled;
    private TimeSpan _negotiatedLow;
    private TimeSpan _negotiatedHigh;
    private PaddingNegotiate? _toSend;
    private TimeSpan _lastActivity;
    private TimeSpan? _drawnPause;

    /// <summary>Starts with the link open and just used.</summary>
    /// <param name="options">What the link is.</param>
    /// <param name="parameters">From the current consensus.</param>
    /// <param name="random">For the pauses.</param>
    /// <param name="now">Monotonic time.</param>
    public ChannelPaddingSchedule(
        ChannelPaddingOptions options, ChannelPaddingParameters parameters, RandomSource random, TimeSpan now)
    {
        _options = options;
        _parameters = parameters;
        _random = random;
        _lastActivity = now;
        _enabled = options.LinkVersion >= LinkVersions.PaddingNegotiation;
        ApplyMode();
    }

    /// <summary>What the link has been used for; set by the link as it learns of more.</summary>
    public ChannelUsage Usage { get; set; }

    /// <summary>Monotonic time at which to call <see cref="OnDeadline"/>; null while the link is not to be padded.</summary>
    public TimeSpan? NextDeadline => IsPadding ? _lastActivity + (_drawnPause ?? Range.Low) : null;

    private bool IsPadding =>
        (_enabled || _options.Mode == ChannelPaddingMode.Always)
        && (_options.IsClientLink || _parameters.PadRelays)
        && (!_options.IsSingleOnion || _parameters.PadSingleOnion)
        && Usage >= (_parameters.PadBeforeUsage ? ChannelUsage.FullCircuits : ChannelUsage.UserTraffic)
        && (_parameters.Low > TimeSpan.Zero || _parameters.High > TimeSpan.Zero);

    // Negotiated times only ever make padding rarer than the consensus says.
    private (TimeSpan Low, TimeSpan High) Range => _negotiatedLow > TimeSpan.Zero && _negotiatedHigh > TimeSpan.Zero
        ? (Max(_parameters.Low, _negotiatedLow), Max(_parameters.High, _negotiatedHigh))
        : (_parameters.Low, _parameters.High);

    /// <summary>A new consensus: takes effect with the next pause.</summary>
    public void OnParameters(ChannelPaddingParameters parameters)
    {
        _parameters = parameters;
        _drawnPause = null;
        if (_options.IsSingleOnion && !parameters.PadSingleOnion && _enabled)
        {
            StopBothWays();
        }
    }

    /// <summary>A cell was sent or received, or waits to be sent: the pause begins anew. Cheap.</summary>
    /// <param name="now">Monotonic time.</param>
    public void OnActivity(TimeSpan now)
    {
        _lastActivity = now;
        _drawnPause = null;
    }

    /// <summary>To be called at <see cref="NextDeadline"/>; harmless at other times.</summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="hasQueuedCells">Whether cells wait to be sent, which counts as activity.</param>
    /// <returns>True: send one PADDING cell now. It has been counted as activity already.</returns>
    public bool OnDeadline(TimeSpan now, bool hasQueuedCells)
    {
        if (!(NextDeadline <= now))
        {
            return false;
        }

        if (hasQueuedCells)
        {
            OnActivity(now);
            return false;
        }

        _drawnPause ??= DrawPause();
        if (_lastActivity + _drawnPause > now)
        {
            return false;
        }

        OnActivity(now);
        return true;
    }

    /// <summary>Takes the peer's PADDING_NEGOTIATE, at any time, any number of times.</summary>
    /// <returns>False when the cell was ignored: it has no business here.</returns>
    public bool OnNegotiate(PaddingNegotiate message)
    {
        if (!_options.AcceptsNegotiation || _options.LinkVersion < LinkVersions.PaddingNegotiation)
        {
            return false;
        }

        _enabled = message.Start;
        _negotiatedLow = Max(_parameters.Low, TimeSpan.FromMilliseconds(message.LowMilliseconds));
        _negotiatedHigh = Max(_negotiatedLow, TimeSpan.FromMilliseconds(message.HighMilliseconds));
        _drawnPause = null;
        return true;
    }

    /// <summary>As the other overload, with the body of a cell; a malformed one is ignored too.</summary>
    public bool OnNegotiate(ReadOnlySpan<byte> body)
    {
        if (!_options.AcceptsNegotiation)
        {
            return false;
        }

        try
        {
            return OnNegotiate(PaddingNegotiate.Decode(body));
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    /// <summary>Takes a PADDING_NEGOTIATE that we have to send, right after NETINFO or when a consensus changes things.</summary>
    public bool TryTakeNegotiation(out PaddingNegotiate message)
    {
        message = _toSend ?? default;
        bool isThere = _toSend is not null;
        _toSend = null;
        return isThere;
    }

    // channel_do_open_actions of stock tor.
    private void ApplyMode()
    {
        if (_options.Mode == ChannelPaddingMode.Never || (_options.IsSingleOnion && !_parameters.PadSingleOnion))
        {
            StopBothWays();
        }
        else if (_options.Mode == ChannelPaddingMode.Reduced)
        {
            AskPeerToStop();
            _negotiatedLow = _parameters.ReducedLow;
            _negotiatedHigh = _parameters.ReducedHigh;
        }
    }

    private void StopBothWays()
    {
        AskPeerToStop();
        _enabled = false;
    }

    private void AskPeerToStop()
    {
        if (_enabled)
        {
            _toSend = new PaddingNegotiate(Start: false, 0, 0);
        }
    }

    // The greater of two uniform numbers: with both ends padding, the mean is about the middle of the range.
    private TimeSpan DrawPause()
    {
        (TimeSpan low, TimeSpan high) = Range;
        int range = (int)(high - low).TotalMilliseconds;
        return range <= 0
            ? low
            : low + TimeSpan.FromMilliseconds(Math.Max(_random.NextInt32(range), _random.NextInt32(range)));
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
