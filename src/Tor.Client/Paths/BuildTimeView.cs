using Tunic.Tor.Protocol.Paths.BuildTimes;

namespace Tunic.Tor.Client.Paths;

/// <summary>What was known of build times at one moment.</summary>
/// <param name="Count">Build times that went in.</param>
/// <param name="HasComputed">They are enough for a timeout of our own.</param>
/// <param name="Timeout">When a circuit is given up.</param>
/// <param name="CloseTimeout">When it is not even measured any more.</param>
/// <param name="TimeoutRate">Share of circuits that were given up.</param>
/// <param name="CloseRate">Share of circuits that were closed unmeasured.</param>
internal sealed record BuildTimeView(int Count, bool HasComputed, TimeSpan Timeout, TimeSpan CloseTimeout, double TimeoutRate, double CloseRate)
{
    internal static BuildTimeView Of(CircuitBuildTimeout times) => new(
        times.BuildTimeCount, times.HasComputedTimeout, times.Timeout, times.CloseTimeout, times.TimeoutRate, times.CloseRate);
}
