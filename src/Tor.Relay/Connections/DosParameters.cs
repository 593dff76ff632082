using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Relay.Connections;

/// <summary>What the consensus says about floods (dos-spec, "Denial-of-service prevention mechanisms in Tor"; stock dos.c). All of it is off unless it says otherwise.</summary>
public sealed record DosParameters
{
    private const int Close = 2;
    private const int CloseCircuit = 3;

    /// <summary>The defaults, for want of a consensus.</summary>
    public static DosParameters Default { get; } = new();

    /// <summary>DoSCircuitCreationEnabled with a DoSCircuitCreationDefenseType that refuses cells.</summary>
    public bool LimitsCircuits { get; init; }

    /// <summary>DoSCircuitCreationMinConnections: connections from which on an address is watched. Default 3.</summary>
    public int CircuitMinConnections { get; init; } = 3;

    /// <summary>DoSCircuitCreationRate: CREATEs per second of one address. Default 3.</summary>
    public int CircuitRate { get; init; } = 3;

    /// <summary>DoSCircuitCreationBurst. Default 90.</summary>
    public int CircuitBurst { get; init; } = 90;

    /// <summary>DoSCircuitCreationDefenseTimePeriod: how long an address is refused, up to half as long again at random. Default 1 h.</summary>
    public TimeSpan CircuitPenalty { get; init; } = TimeSpan.FromHours(1);

    /// <summary>DoSConnectionEnabled with a DoSConnectionDefenseType that closes: these limits hold then. Null when off.</summary>
    public ConnectionLimitOptions? Connections { get; init; }

    /// <summary>DoSStreamCreationEnabled with a DoSStreamCreationDefenseType that does something.</summary>
    public bool LimitsStreams { get; init; }

    /// <summary>DoSStreamCreationRate: BEGINs and RESOLVEs per second of one circuit. Default 100.</summary>
    public int StreamRate { get; init; } = 100;

    /// <summary>DoSStreamCreationBurst. Default 300.</summary>
    public int StreamBurst { get; init; } = 300;

    /// <summary>DoSStreamCreationDefenseType 3: close the circuit instead of refusing the stream.</summary>
    public bool ClosesCircuits { get; init; }

    /// <summary>DoSRefuseSingleHopClientRendezvous: a client that is no relay away gets no rendezvous point. Default false.</summary>
    public bool RefusesSingleHopRendezvous { get; init; }

    /// <summary>Takes them from a consensus.</summary>
    /// <param name="parameters">Its params.</param>
    /// <param name="limits">Connection limits that hold without the consensus; their totals stay.</param>
    /// <param name="given">What the operator sets, by the same names: it counts instead of the consensus, whatever its limits are. Default: nothing.</param>
    public static DosParameters FromConsensus(
        IReadOnlyDictionary<string, int> parameters, ConnectionLimitOptions limits, IReadOnlyDictionary<string, int>? given = null)
    {
        int Get(string name, int standard, int min, int max = int.MaxValue) => given is not null && given.TryGetValue(name, out int own)
            ? own
            : Math.Clamp(parameters.TryGetValue(name, out int value) ? value : standard, min, max);

        bool limitsConnections = Get("DoSConnectionEnabled", 0, 0, 1) == 1 && Get("DoSConnectionDefenseType", Close, 0, Close) == Close;
        int streamDefense = Get("DoSStreamCreationDefenseType", Close, 1, CloseCircuit);
        return new DosParameters
        {
            LimitsCircuits = Get("DoSCircuitCreationEnabled", 0, 0, 1) == 1 && Get("DoSCircuitCreationDefenseType", Close, 1, Close) == Close,
            CircuitMinConnections = Get("DoSCircuitCreationMinConnections", 3, 1),
            CircuitRate = Get("DoSCircuitCreationRate", 3, 1),
            CircuitBurst = Get("DoSCircuitCreationBurst", 90, 1),
            CircuitPenalty = TimeSpan.FromSeconds(Get("DoSCircuitCreationDefenseTimePeriod", 3600, 0)),
            Connections = limitsConnections
                ? limits with
                {
                    MaxPerAddress = Get("DoSConnectionMaxConcurrentCount", 100, 1),
                    RatePerAddress = Get("DoSConnectionConnectRate", 20, 1),
                    BurstPerAddress = Get("DoSConnectionConnectBurst", 40, 1),
                    Penalty = TimeSpan.FromSeconds(Get("DoSConnectionConnectDefenseTimePeriod", 24 * 3600, 10)),
                }
                : null,
            LimitsStreams = Get("DoSStreamCreationEnabled", 0, 0, 1) == 1 && (streamDefense is Close or CloseCircuit),
            StreamRate = Get("DoSStreamCreationRate", 100, 1),
            StreamBurst = Get("DoSStreamCreationBurst", 300, 1),
            ClosesCircuits = streamDefense == CloseCircuit,
            RefusesSingleHopRendezvous = Get("DoSRefuseSingleHopClientRendezvous", 0, 0, 1) == 1,
        };
    }
}
