using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>Limits on the circuits that pass through a relay or end at it. Read once at start.</summary>
public sealed record RelayCircuitOptions
{
    /// <summary>Circuits at once over all channels, 1 and more. Default 262 144. A CREATE beyond it is answered with DESTROY.</summary>
    public int MaxCircuits { get; init; } = 262_144;

    /// <summary>Memory for queued cells and buffered stream data, bytes. Default 1 GiB (MaxMemInQueues). Beyond it those who hold the oldest cells are closed.</summary>
    public long MaxQueueMemory { get; init; } = QueueMemory.DefaultLimit;

    /// <summary>Whether EXTEND2 may name private addresses (ExtendAllowPrivateAddresses). Default false; test networks need it.</summary>
    public bool ExtendToPrivateAddresses { get; init; }

    /// <summary>Whether we can connect over IPv6. Default false.</summary>
    public bool ExtendOverIPv6 { get; init; }

    /// <summary>Extensions that wait for a channel at once, 1 and more. Default 16 384. One previous relay gets a quarter of them, and less when few are free.</summary>
    public int MaxPendingExtensions { get; init; } = 16_384;

    /// <summary>Time for the next relay to answer: for the channel, and again for CREATED2. Default 60 s.</summary>
    public TimeSpan ExtensionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Idle time after which a client's circuit that ends here and carries no stream is closed. Default 60 s, as in stock tor.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Streams at once on one circuit, 1 to 65 535. Default 1 024.</summary>
    public int MaxStreams { get; init; } = 1_024;

    /// <summary>Handshakes that wait.</summary>
    public OnionSkinQueueOptions OnionSkins { get; init; } = new();
}
