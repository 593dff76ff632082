using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Reads numbers of the consensus, clamped to the range that param-spec gives.</summary>
internal static class ConsensusParameter
{
    /// <summary>The value of <c>params</c>, or the default; never outside the range.</summary>
    public static int Read(Consensus? consensus, string name, int fallback, int minimum, int maximum) =>
        consensus is not null && consensus.Parameters.TryGetValue(name, out int value) ? Math.Clamp(value, minimum, maximum) : fallback;
}
