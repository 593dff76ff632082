using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Relay.SelfTests;

/// <summary>What a relay's test of itself works with. Read once at start.</summary>
public sealed record SelfTestEnvironment
{
    /// <summary>The OR ports that the descriptor names, at most one of each family. Asked when the test begins, and for each circuit.</summary>
    public required Func<IReadOnlyList<IPEndPoint>> Ports { get; init; }

    /// <summary>This relay as the last hop of a circuit that comes in at the given port.</summary>
    public required Func<IPEndPoint, HopTarget> Target { get; init; }

    /// <summary>The operator vouches for this port: it counts as reachable (AssumeReachable, AssumeReachableIPv6). Default: for none.</summary>
    public Func<IPEndPoint, bool> IsAssumed { get; init; } = _ => false;

    /// <summary>Whether circuits that come from local addresses prove anything: in networks whose relays have such addresses. Default false.</summary>
    public bool CountsLocalPeers { get; init; }

    /// <summary>Whether to test how much the relay can carry. Default true.</summary>
    public bool TestsBandwidth { get; init; } = true;

    /// <summary>Most bytes per second that the operator allows.</summary>
    public required long BandwidthRate { get; init; }

    /// <summary>Bytes received on the relay's channels so far.</summary>
    public required Func<long> BytesRead { get; init; }

    /// <summary>What the relay has shown to carry, bytes per second.</summary>
    public required Func<int> ObservedBandwidth { get; init; }

    /// <summary>Told what a test has shown, bytes per second.</summary>
    public required Action<int> OnBandwidth { get; init; }

    /// <summary>Told when all ports have been found reachable, unless they were assumed to be: the descriptor may be published.</summary>
    public required Action OnReachable { get; init; }

    /// <summary>Whether a descriptor is published then, for the log.</summary>
    public bool Publishes { get; init; } = true;

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where to log.</summary>
    public required ILogger Log { get; init; }
}
