using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>A channel and what <see cref="ChannelUpkeep"/> remembers of it.</summary>
/// <remarks>One user at a time.</remarks>
internal sealed class KeptChannel
{
    private readonly ChannelPaddingSchedule _schedule;
    private readonly TimeSpan _idleLimit;
    private TimeSpan _latest;

    internal KeptChannel(Channel channel, ChannelUpkeepOptions options, ChannelPaddingParameters parameters, RandomSource random)
    {
        Channel = channel;
        bool isClientLink = options.IsClient || channel.Link.Peer is null;
        var padding = new ChannelPaddingOptions
        {
            LinkVersion = channel.Link.Version,
            IsClientLink = isClientLink,
            AcceptsNegotiation = !options.IsClient,
            Mode = options.Padding,
        };
        _schedule = new ChannelPaddingSchedule(padding, parameters, random, channel.Now);
        _idleLimit = parameters.DrawIdleTimeout(
            isClientLink, channel.Link.IsCanonical, options.Padding == ChannelPaddingMode.Reduced, random);
    }

    internal Channel Channel { get; }

    /// <summary>When to call <see cref="TryPad"/>; null while the channel is not padded.</summary>
    internal TimeSpan? NextDeadline => _schedule.NextDeadline;

    /// <summary>Closes the channel when nobody has used it for long, or when its peer does not read.</summary>
    internal void CloseIfUseless(TimeSpan now)
    {
        if (Channel.CircuitCount == 0 && now - Channel.LastUsed > _idleLimit)
        {
            Channel.Close(null);
        }

        Channel.CloseIfStuck();
    }

    /// <summary>Sends PADDING when nothing was sent for so long that a firewall may forget the connection (stock run_connection_housekeeping).</summary>
    internal void KeepAlive(TimeSpan now)
    {
        if (!Channel.IsClosed && Channel.QueuedCells == 0 && now - Channel.Traffic.LatestSent >= Channel.Options.KeepalivePeriod)
        {
            Channel.SendLinkCell(CellCommand.Padding, default);
        }
    }

    internal void OnParameters(ChannelPaddingParameters parameters) => _schedule.OnParameters(parameters);

    /// <summary>Tells the peer what it has to know.</summary>
    internal void SendNegotiation()
    {
        if (_schedule.TryTakeNegotiation(out PaddingNegotiate message))
        {
            Channel.SendLinkCell(CellCommand.PaddingNegotiate, message.Encode());
        }
    }

    /// <summary>Takes in what has happened on the channel.</summary>
    internal void Observe()
    {
        ChannelTraffic traffic = Channel.Traffic;
        _schedule.Usage = traffic.Usage;
        if (traffic.TakeNegotiation() is { } negotiation)
        {
            _schedule.OnNegotiate(negotiation);
        }

        if (traffic.Latest > _latest)
        {
            _latest = traffic.Latest;
            _schedule.OnActivity(_latest);
        }
    }

    /// <summary>Sends PADDING if the channel has been idle for long enough.</summary>
    internal bool TryPad(TimeSpan now)
    {
        Observe();
        if (!_schedule.OnDeadline(now, Channel.QueuedCells > 0))
        {
            return false;
        }

        Channel.SendLinkCell(CellCommand.Padding, default);
        return true;
    }
}
