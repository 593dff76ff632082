using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>One onion service: a HiddenServiceDir line and the lines that follow it.</summary>
internal sealed record TorrcOnionService
{
    /// <summary>Absolute.</summary>
    internal required string DirectoryPath { get; init; }

    /// <summary>All its lines: whether a service is still as it was.</summary>
    internal required string Text { get; init; }

    internal required bool IsGroupReadable { get; init; }

    internal required IReadOnlyList<OnionServicePort> Ports { get; init; }

    internal required int IntroductionPoints { get; init; }

    internal required int MaxStreams { get; init; }

    internal required bool MaxStreamsCloseCircuit { get; init; }

    internal required bool AllowUnknownPorts { get; init; }

    /// <summary>Null when introduction points are not asked for any.</summary>
    internal required IntroductionLimits? IntroductionLimits { get; init; }

    /// <summary>Null without the defence.</summary>
    internal required RendezvousQueueOptions? ProofOfWork { get; init; }

    internal required bool IsOnionBalanceInstance { get; init; }

    internal required bool ExportsCircuitId { get; init; }
}
