using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.Streams.Rules;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.OnionServices;

namespace Tunic.Tor.Relay;

/// <summary>What the consensus decides about a relay's circuits. Made anew with each consensus; circuits keep what they began with.</summary>
public sealed record RelayParameters
{
    /// <summary>The defaults, for want of a consensus.</summary>
    public static RelayParameters Default { get; } = FromConsensus(new Dictionary<string, int>(), new ConnectionLimitOptions());

    /// <summary>Flow control at our end of circuits.</summary>
    public required CircuitEdgeSettings Edge { get; init; }

    /// <summary>What handshakes may enable.</summary>
    public required CircuitCapabilities Capabilities { get; init; }

    /// <summary>Rules against floods.</summary>
    public required DosParameters Dos { get; init; }

    /// <summary>Rules against floods of introductions.</summary>
    public IntroductionPolicy Introductions { get; init; } = new();

    /// <summary>HSV3MaxDescriptorSize: an onion service descriptor of this many bytes is too long. Default 50 000.</summary>
    public int MaxOnionServiceDescriptorLength { get; init; } = OnionServiceDescriptor.DefaultMaxLength;

    /// <summary>refuseunknownexits: whether streams that come from a relay which is not in the consensus are refused. Default true.</summary>
    public bool RefusesUnknownRelays { get; init; } = true;

    /// <summary>allow-network-reentry: whether exits may connect to relays. Default false.</summary>
    public bool AllowsReentry { get; init; }

    /// <summary>Takes them from a consensus.</summary>
    /// <param name="parameters">Its params.</param>
    /// <param name="limits">Connection limits that hold without the consensus.</param>
    /// <param name="given">Rules against floods that the operator sets (<c>DoS...</c>). Default: none.</param>
    public static RelayParameters FromConsensus(
        IReadOnlyDictionary<string, int> parameters, ConnectionLimitOptions limits, IReadOnlyDictionary<string, int>? given = null)
    {
        CongestionControlParameters congestion = CongestionControlParameters.FromConsensus(parameters);
        return new RelayParameters
        {
            Edge = new CircuitEdgeSettings
            {
                Role = CircuitRole.Relay,
                Congestion = congestion,
                Sendme = SendmeParameters.FromConsensus(parameters),
                StreamFlow = StreamFlowControlParameters.FromConsensus(parameters),
            },
            Capabilities = new CircuitCapabilities(congestion.Enabled, (byte)congestion.SendmeIncrement, Cgo: true),
            Dos = DosParameters.FromConsensus(parameters, limits, given),
            Introductions = IntroductionPolicy.FromConsensus(parameters),
            MaxOnionServiceDescriptorLength = Math.Max(1, parameters.GetValueOrDefault("HSV3MaxDescriptorSize", OnionServiceDescriptor.DefaultMaxLength)),
            RefusesUnknownRelays = parameters.GetValueOrDefault("refuseunknownexits", 1) != 0,
            AllowsReentry = parameters.GetValueOrDefault("allow-network-reentry", 0) != 0,
        };
    }
}
