using Tunic.Tor.Protocol.OnionServices.Balancing;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>How one onion service behaves. Read when it is added.</summary>
public sealed record OnionServiceOptions
{
    /// <summary>Fewest introduction points that stock tor lets one configure.</summary>
    public const int MinIntroductionPoints = 3;

    /// <summary>Most introduction points of a descriptor.</summary>
    public const int MaxIntroductionPoints = 20;

    /// <summary>What visitors may ask for; at least one (<c>HiddenServicePort</c>).</summary>
    public required IReadOnlyList<OnionServicePort> Ports { get; init; }

    /// <summary>Introduction points of each descriptor, 3 to 20. Default 3 (<c>HiddenServiceNumIntroductionPoints</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the range.</exception>
    public int IntroductionPoints
    {
        get;
        init => field = value is >= MinIntroductionPoints and <= MaxIntroductionPoints
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"a service has {MinIntroductionPoints} to {MaxIntroductionPoints} introduction points");
    } = MinIntroductionPoints;

    /// <summary>Streams of one visitor's circuit at once; 0 for no limit of its own. Default 0 (<c>HiddenServiceMaxStreams</c>).</summary>
    public int MaxStreams { get; init; }

    /// <summary>A stream beyond <see cref="MaxStreams"/> ends the circuit, and is not only refused. Default false (<c>HiddenServiceMaxStreamsCloseCircuit</c>).</summary>
    public bool ClosesFullCircuits { get; init; }

    /// <summary>A stream to a port that is not there ends the circuit, and is not only refused. Default false (<c>HiddenServiceAllowUnknownPorts</c>).</summary>
    public bool ClosesOnUnknownPort { get; init; }

    /// <summary>What introduction points are asked to let through; null for what they do by themselves (<c>HiddenServiceEnableIntroDoSDefense</c>).</summary>
    public IntroductionLimits? IntroductionLimits { get; init; }

    /// <summary>Ask visitors for proof of work when there are too many; null for never (<c>HiddenServicePoWDefensesEnabled</c>).</summary>
    public RendezvousQueueOptions? ProofOfWork { get; init; }

    /// <summary>X25519 public keys, 32 bytes each, of those who may visit; none for everybody.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> AuthorizedClients { get; init; } = [];

    /// <summary>The service does not hide where it is: circuits of one hop (<c>HiddenServiceSingleHopMode</c>). Default false.</summary>
    public bool IsSingleHop { get; init; }

    /// <summary>The addresses of an Onionbalance frontend before this service; null without one (<c>HiddenServiceOnionBalanceInstance</c>).</summary>
    public BalancedInstance? Balancing { get; init; }

    /// <summary>Each connection to a target outside this process begins with a line of the HAProxy protocol that tells the visitor's circuit. Default false (<c>HiddenServiceExportCircuitID</c>).</summary>
    public bool ExportsCircuitId { get; init; }

    /// <summary>Descriptors are uploaded; without it nobody finds the service. Default true (<c>PublishHidServDescriptors</c>).</summary>
    public bool Publishes { get; init; } = true;

    /// <summary>Rendezvous that may be under way at once, 1 or more; requests beyond are dropped. Default 512.</summary>
    public int MaxRendezvousInProgress { get; init; } = 512;

    /// <summary>Time for a connection to a target, or for a stream to be accepted by this process. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a target may take, after a visitor has gone, to read what was received. Default 2 minutes.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMinutes(2);
}
