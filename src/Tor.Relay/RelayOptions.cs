using System.Net;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tor.Relay;

/// <summary>How a relay runs. Read at the start, and by <see cref="RelayNode.Reconfigure"/>.</summary>
public sealed record RelayOptions
{
    /// <summary>Where the OR ports listen; at least one. Port 0 for any.</summary>
    public required IReadOnlyList<IPEndPoint> OrPorts { get; init; }

    /// <summary>Average bandwidth of all channels in each direction, bytes per second (BandwidthRate). Null, the default: no limit.</summary>
    public long? BandwidthRate { get; init; }

    /// <summary>Bytes at once (BandwidthBurst). Default: one second of <see cref="BandwidthRate"/>.</summary>
    public long? BandwidthBurst { get; init; }

    /// <summary>Average bandwidth of what is relayed for others, bytes per second (RelayBandwidthRate). Null, the default: no further limit.</summary>
    public long? RelayBandwidthRate { get; init; }

    /// <summary>Bytes at once (RelayBandwidthBurst). Default: one second of <see cref="RelayBandwidthRate"/>.</summary>
    public long? RelayBandwidthBurst { get; init; }

    /// <summary>Whether the limits hold for channels to private addresses too (CountPrivateBandwidth). Default true; stock tor's is false.</summary>
    public bool CountsPrivateBandwidth { get; init; } = true;

    /// <summary>Time between the order to stop, from which on nothing new is taken, and the end (ShutdownWaitLength). Default zero; stock tor waits 30 s.</summary>
    public TimeSpan ShutdownWait { get; init; }

    /// <summary>Circuits.</summary>
    public RelayCircuitOptions Circuits { get; init; } = new();

    /// <summary>Streams.</summary>
    public ExitOptions Exit { get; init; } = new();

    /// <summary>Channels.</summary>
    public ChannelOptions Channels { get; init; } = new();

    /// <summary>Connections.</summary>
    public ConnectionLimitOptions Connections { get; init; } = new();

    /// <summary>TLS on the OR ports.</summary>
    public TlsListenerOptions Listener { get; init; } = new();
}
