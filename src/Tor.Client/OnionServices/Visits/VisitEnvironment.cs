using Microsoft.Extensions.Logging;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>What visits to onion services need of the client around them.</summary>
/// <param name="Circuits">Builds circuits.</param>
/// <param name="Authorizations">Keys of services that let in only those they know.</param>
/// <param name="Options">How to behave, now.</param>
/// <param name="Ready">Ends when enough of the network is known.</param>
/// <param name="View">The network, now; null before it is known.</param>
/// <param name="Random">For keys, cookies and choices.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">What went wrong.</param>
internal sealed record VisitEnvironment(
    IOnionCircuits Circuits,
    ClientAuthorizations Authorizations,
    Func<ClientOptions> Options,
    Task Ready,
    Func<NetworkView?> View,
    RandomSource Random,
    TimeProvider Time,
    ILogger Log)
{
    /// <summary>TestingTorNetwork: periods are short, and directories are asked again soon. Default false.</summary>
    public bool IsTestNetwork { get; init; }

    /// <summary>Relays may have private addresses. Default false.</summary>
    public bool IsPrivateNetwork { get; init; }

    /// <summary>Is told of each question for a descriptor; on any thread.</summary>
    public Action<DescriptorFetchNotice> Tell { get; init; } = _ => { };

    /// <summary>Monotonic.</summary>
    internal TimeSpan Now => Time.GetElapsedTime(0);
}
