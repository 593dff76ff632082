using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.FlowControl.Congestion;

/// <summary>Bounds on the cells of one circuit that wait in the queues of relays (proposal 324, "Tor Vegas").</summary>
/// <param name="Alpha">Below it the window grows. Cells, 0 to 1000.</param>
/// <param name="Beta">Above it the window shrinks. Cells, 0 to 1000.</param>
/// <param name="Gamma">At it slow start ends. Cells, 0 to 1000.</param>
/// <param name="Delta">Above it the window is cut down at once. Cells, 0 and more.</param>
/// <param name="SlowStartCap">Window from which slow start grows more slowly (RFC 3742). Cells, 100 and more.</param>
public sealed record VegasThresholds(int Alpha, int Beta, int Gamma, int Delta, int SlowStartCap)
{
    private const int MaximumQueue = 1000;
    private const int MinimumSlowStartCap = 100;

    internal static VegasThresholds FromConsensus(
        IReadOnlyDictionary<string, int> parameters, string path, VegasThresholds defaults) => new(
            ConsensusParameter.Read(parameters, $"cc_vegas_alpha_{path}", defaults.Alpha, 0, MaximumQueue),
            ConsensusParameter.Read(parameters, $"cc_vegas_beta_{path}", defaults.Beta, 0, MaximumQueue),
            ConsensusParameter.Read(parameters, $"cc_vegas_gamma_{path}", defaults.Gamma, 0, MaximumQueue),
            ConsensusParameter.Read(parameters, $"cc_vegas_delta_{path}", defaults.Delta, 0),
            ConsensusParameter.Read(parameters, $"cc_sscap_{path}", defaults.SlowStartCap, MinimumSlowStartCap));
}
