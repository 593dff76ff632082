namespace Tunic.Tor.Network.Channels;

/// <summary>Limits on one channel. Read once at start; a change needs a new channel.</summary>
public sealed record ChannelOptions
{
    /// <summary>Most circuits open at once, 1 to 65 535. Default 16 384. A CREATE beyond it is answered with DESTROY.</summary>
    public int MaxCircuits { get; init; } = 16_384;

    /// <summary>Cells queued for one circuit from which its source should pause. Default 256, as in stock tor.</summary>
    public int QueueHighWater { get; init; } = 256;

    /// <summary>Cells queued for one circuit at which its source may go on. Default 64.</summary>
    public int QueueLowWater { get; init; } = 64;

    /// <summary>Cells queued for one circuit beyond which it is destroyed: no honest peer gets there. Default 2 500 (circ_max_cell_queue_size).</summary>
    public int MaxQueue { get; init; } = 2_500;

    /// <summary>DESTROYs queued beyond which the channel is closed. Default 20 000, 320 kB: all circuits of another channel may end at once.</summary>
    public int MaxDestroyQueue { get; init; } = 20_000;

    /// <summary>Time without a byte taken by the peer's side, while bytes wait, after which the channel is closed. Default 50 minutes (stock: ten KeepalivePeriods).</summary>
    public TimeSpan StuckTimeout { get; init; } = TimeSpan.FromMinutes(50);

    /// <summary>Time without a cell sent after which a PADDING cell keeps the connection open for whatever lies between (KeepalivePeriod). Default 5 minutes.</summary>
    public TimeSpan KeepalivePeriod { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest variable-length cell taken once the channel is open, bytes. Default 16 384.</summary>
    public int MaxVariableCellLength { get; init; } = 16_384;

    /// <summary>Time for the whole link handshake. Default 60 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
