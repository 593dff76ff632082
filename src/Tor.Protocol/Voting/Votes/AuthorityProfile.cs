using System.Net;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.Votes;

/// <summary>What an authority says of itself in its votes, and what it votes for. Read once at start.</summary>
public sealed record AuthorityProfile
{
    /// <summary>1 to 19 letters and digits.</summary>
    public required string Nickname { get; init; }

    /// <summary>Its host name; the address again when it has none.</summary>
    public required string HostName { get; init; }

    /// <summary>Its IPv4 address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Port of its HTTP directory.</summary>
    public required ushort DirectoryPort { get; init; }

    /// <summary>Port where it accepts channels.</summary>
    public required ushort OnionRouterPort { get; init; }

    /// <summary>How to reach the operator.</summary>
    public string Contact { get; init; } = "(none)";

    /// <summary>V3AuthVotingInterval and its delays: what it votes for.</summary>
    public VotingIntervals Intervals { get; init; } = VotingIntervals.PublicNetwork;

    /// <summary>V3AuthNIntervalsValid: how many intervals a consensus is valid; 2 or more. Default 3.</summary>
    public int IntervalsValid { get; init; } = 3;

    /// <summary>RecommendedClientVersions; null for no opinion.</summary>
    public IReadOnlyList<string>? ClientVersions { get; init; }

    /// <summary>RecommendedServerVersions; null for no opinion.</summary>
    public IReadOnlyList<string>? ServerVersions { get; init; }

    /// <summary>ConsensusParams; null for no opinion.</summary>
    public IReadOnlyDictionary<string, int>? Parameters { get; init; }

    /// <summary>How it gives flags.</summary>
    public FlagOptions Flags { get; init; } = new();
}
