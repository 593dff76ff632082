using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>One relay in a vote.</summary>
public sealed record VoteRouterStatus
{
    /// <summary>What an entry in a consensus would say too. Its flags are those this program knows: vote on <see cref="FlagMask"/>.</summary>
    public required RouterStatus Status { get; init; }

    /// <summary>Bit n is set for the n-th of <see cref="Vote.KnownFlags"/>.</summary>
    public ulong FlagMask { get; init; }

    /// <summary>Measured weight in kilobytes per second; null when not measured.</summary>
    public uint? MeasuredBandwidth { get; init; }

    /// <summary>As <see cref="MeasuredBandwidth"/>, for a relay that is an authority: not to be counted.</summary>
    public uint? MeasuredButAuthority { get; init; }

    /// <summary>Whether there is an <c>id ed25519</c> line.</summary>
    public bool HasEd25519Listing { get; init; }

    /// <summary>The relay's Ed25519 identity; zero for "none".</summary>
    public Ed25519Identity Ed25519Identity { get; init; }

    /// <summary>The <c>m</c> lines in the order given.</summary>
    public IReadOnlyList<VoteMicrodescriptor> Microdescriptors { get; init; } = [];

    /// <summary>The <c>stats</c> line; null when absent.</summary>
    public VoteStatistics? Statistics { get; init; }

    /// <summary>The microdescriptor's digest for one consensus method; null when the vote has none.</summary>
    public Digest256? FindMicrodescriptor(int method) =>
        Microdescriptors.FirstOrDefault(candidate => candidate.Methods.Contains(method))?.Digest;
}
