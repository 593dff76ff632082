using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Ports that applications use, and the life of their circuits and streams.</summary>
internal sealed record TorrcClientOptions
{
    internal required bool ClientOnly { get; init; }

    internal required IReadOnlyList<ClientPort> SocksPorts { get; init; }

    internal required IReadOnlyList<ClientPort> HttpTunnelPorts { get; init; }

    internal required IReadOnlyList<ClientPort> DnsPorts { get; init; }

    /// <summary>Applied to the addresses of applications; without rules everybody is accepted.</summary>
    internal required ExitPolicy SocksPolicy { get; init; }

    internal required TimeSpan SocksTimeout { get; init; }

    /// <summary>Refuse SOCKS requests that show the application resolved a name itself.</summary>
    internal required bool SafeSocks { get; init; }

    internal required bool TestSocks { get; init; }

    internal required IReadOnlySet<int> WarnPlaintextPorts { get; init; }

    internal required IReadOnlySet<int> RejectPlaintextPorts { get; init; }

    internal required IReadOnlySet<int> LongLivedPorts { get; init; }

    /// <summary>Do not ask exits for private addresses.</summary>
    internal required bool RejectInternalAddresses { get; init; }

    /// <summary>Do not believe exits that resolve names to private addresses.</summary>
    internal required bool DnsRejectInternalAddresses { get; init; }

    /// <summary>Where keys of onion services are that let in only those they know; null for nowhere.</summary>
    internal required string? OnionAuthorizationDirectory { get; init; }

    internal required TimeSpan MaxCircuitDirtiness { get; init; }

    internal required int MaxCircuitsPending { get; init; }

    internal required bool LearnCircuitBuildTimeout { get; init; }

    /// <summary>Zero: learnt, or the default.</summary>
    internal required TimeSpan CircuitBuildTimeout { get; init; }

    /// <summary>Zero: the internal schedule.</summary>
    internal required TimeSpan CircuitStreamTimeout { get; init; }

    /// <summary>Zero: chosen by the consensus.</summary>
    internal required TimeSpan CircuitsAvailableTimeout { get; init; }
}
