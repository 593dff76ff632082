using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tor.Relay;

/// <summary>What a relay needs from those who keep its keys and its view of the network. Each is asked whenever it is needed, from any thread, and must not wait.</summary>
public sealed record RelaySources
{
    /// <summary>Certificates and addresses.</summary>
    public required Func<LinkIdentity> Link { get; init; }

    /// <summary>Onion keys.</summary>
    public required Func<HandshakeKeys> Handshakes { get; init; }

    /// <summary>What the consensus decides. Default: what stock tor does without one.</summary>
    public Func<RelayParameters> Parameters { get; init; } = () => RelayParameters.Default;

    /// <summary>What the consensus says about links.</summary>
    public Func<ChannelPaddingParameters> Padding { get; init; } = () => ChannelPaddingParameters.Default;

    /// <summary>The relays of the consensus. Default: none are known.</summary>
    public Func<KnownRelays> Relays { get; init; } = () => KnownRelays.None;

    /// <summary>Told of the channel on which each circuit was opened; for <see cref="SelfTests.RelaySelfTest"/>.</summary>
    public Action<Channel>? CircuitOpened { get; init; }

    /// <summary>Serves BEGIN_DIR; null for a relay that is no directory.</summary>
    public DirectoryStreamHandler? Directory { get; init; }

    /// <summary>Counts the memory of queues together with others in this process, such as a client; null to count alone, up to the options' limit.</summary>
    public QueueMemory? Queues { get; init; }

    /// <summary>Told once a second what the channels have moved; null for one that counts from the first second on.</summary>
    public BandwidthHistory? Bandwidth { get; init; }

    /// <summary>Looks names up for the exit; null for the system's resolver.</summary>
    public IResolver? Resolver { get; init; }
}
