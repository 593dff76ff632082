namespace Tunic.Tor.Relay.Circuits;

/// <summary>Limits on circuit handshakes that wait to be computed.</summary>
public sealed record OnionSkinQueueOptions
{
    /// <summary>Threads that compute at once, 1 and more. Default: as many as there are processors.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Handshakes that may wait however long each takes. Default 50, as in stock tor.</summary>
    public int AlwaysRoomFor { get; init; } = 50;

    /// <summary>Most handshakes that wait. Default 16 384.</summary>
    public int MaxLength { get; init; } = 16_384;

    /// <summary>Expected wait beyond which no more are taken. Default 1.75 s (consensus parameter MaxOnionQueueDelay).</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(1750);

    /// <summary>Wait after which a handshake is given up. Default 5 s (consensus parameter onion_queue_wait_cutoff).</summary>
    public TimeSpan WaitCutoff { get; init; } = TimeSpan.FromSeconds(5);
}
