using Microsoft.Extensions.Logging;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>What all onion services of a client are built on.</summary>
/// <param name="Circuits">Makes their circuits.</param>
/// <param name="DirectCircuits">Makes those of services that do not hide.</param>
/// <param name="GetNetwork">The network as it is now; null while it is not known well enough.</param>
/// <param name="AllowsPrivateAddresses">Rendezvous points may be in private networks.</param>
/// <param name="Random">Source of keys.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">What went wrong.</param>
internal sealed record OnionServiceEnvironment(
    IOnionCircuits Circuits,
    IOnionCircuits DirectCircuits,
    Func<ServiceNetwork?> GetNetwork,
    bool AllowsPrivateAddresses,
    RandomSource Random,
    TimeProvider Time,
    ILogger Log)
{
    /// <summary>Monotonic time.</summary>
    internal TimeSpan Now => Time.GetElapsedTime(0);

    /// <summary>Wall clock, UTC.</summary>
    internal DateTime UtcNow => Time.GetUtcNow().UtcDateTime;

    /// <summary>The circuits of a service.</summary>
    internal IOnionCircuits CircuitsFor(OnionServiceOptions options) => options.IsSingleHop ? DirectCircuits : Circuits;
}
