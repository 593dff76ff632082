using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>What padding has to know of a channel's traffic: written by the channel's loops and circuits, read by <see cref="ChannelUpkeep"/>.</summary>
/// <remarks>Thread safe. One store per batch of cells.</remarks>
public sealed class ChannelTraffic
{
    private long _latest;
    private long _latestSent;
    private int _usage;
    private byte[]? _negotiation;

    internal ChannelTraffic(TimeSpan now) => (_latest, _latestSent) = (now.Ticks, now.Ticks);

    /// <summary>When a cell was last sent or received, monotonic.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latest));

    /// <summary>When a cell was last sent, monotonic.</summary>
    public TimeSpan LatestSent => TimeSpan.FromTicks(Volatile.Read(ref _latestSent));

    /// <summary>What the channel has been used for; it only rises.</summary>
    public ChannelUsage Usage => (ChannelUsage)Volatile.Read(ref _usage);

    /// <summary>The channel is used for this, or for more already.</summary>
    public void Raise(ChannelUsage usage)
    {
        int before = Volatile.Read(ref _usage);
        while (before < (int)usage)
        {
            before = Interlocked.CompareExchange(ref _usage, (int)usage, before);
        }
    }

    internal void OnSent(TimeSpan now)
    {
        Volatile.Write(ref _latestSent, now.Ticks);
        OnCells(now);
    }

    internal void OnCells(TimeSpan now) => Volatile.Write(ref _latest, now.Ticks);

    /// <summary>The peer says how to pad. Only its last word counts, so it cannot make us work by repeating itself.</summary>
    internal void OnNegotiation(ReadOnlySpan<byte> body) => Volatile.Write(ref _negotiation, body[..PaddingNegotiate.Length].ToArray());

    /// <summary>What the peer has said since the last call; null for nothing.</summary>
    internal byte[]? TakeNegotiation() => Volatile.Read(ref _negotiation) is null ? null : Interlocked.Exchange(ref _negotiation, null);
}
