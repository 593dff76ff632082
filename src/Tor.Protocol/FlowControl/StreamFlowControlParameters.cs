using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>What the consensus says about XON and XOFF (proposal 324, "Flow control parameters"). Cells are counted with the bytes
/// that stock counts for them: 488 for buffers, 498 for rates.</summary>
public sealed record StreamFlowControlParameters
{
    private const int SmallestBody = 488;
    private const int LargestBody = 498;
    private const int DefaultCells = 500;

    /// <summary>The values that hold when the consensus says nothing.</summary>
    public static StreamFlowControlParameters Default { get; } = new();

    /// <summary><c>cc_xoff_client</c>: buffered bytes above which a client or an onion service sends XOFF. 488 to 4 880 000, default
    /// 244 000.</summary>
    public int XoffClientBytes { get; private init; } = DefaultCells * SmallestBody;

    /// <summary><c>cc_xoff_exit</c>: the same for an exit.</summary>
    public int XoffExitBytes { get; private init; } = DefaultCells * SmallestBody;

    /// <summary><c>cc_xon_rate</c>: bytes over which one drain rate is measured, and the least between two advisory XONs. 498 to
    /// 2 490 000, default 249 000.</summary>
    public int XonRateBytes { get; private init; } = DefaultCells * LargestBody;

    /// <summary><c>cc_xon_change_pct</c>: change of the drain rate that is worth an advisory XON, 1 to 99 percent, default 25.</summary>
    public int XonChangePercent { get; private init; } = 25;

    /// <summary><c>cc_xon_ewma_cnt</c>: measurements of the drain rate to average over, 2 to 100, default 2.</summary>
    public int XonSmoothing { get; private init; } = 2;

    /// <summary>Takes the values out of a consensus' <c>params</c>, each moved into its range.</summary>
    public static StreamFlowControlParameters FromConsensus(IReadOnlyDictionary<string, int> parameters) => new()
    {
        XoffClientBytes = SmallestBody * ConsensusParameter.Read(parameters, "cc_xoff_client", DefaultCells, 1, 10_000),
        XoffExitBytes = SmallestBody * ConsensusParameter.Read(parameters, "cc_xoff_exit", DefaultCells, 1, 10_000),
        XonRateBytes = LargestBody * ConsensusParameter.Read(parameters, "cc_xon_rate", DefaultCells, 1, 5000),
        XonChangePercent = ConsensusParameter.Read(parameters, "cc_xon_change_pct", 25, 1, 99),
        XonSmoothing = ConsensusParameter.Read(parameters, "cc_xon_ewma_cnt", 2, 2, 100),
    };
}
