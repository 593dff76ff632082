namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>The <c>stats</c> line of a vote: what the authority has seen of the relay.</summary>
/// <param name="WeightedFractionalUptime">0 to 1.</param>
/// <param name="TimeKnownSeconds">Weighted seconds since the authority first saw it.</param>
/// <param name="MeanTimeBetweenFailuresSeconds">Weighted.</param>
public sealed record VoteStatistics(double WeightedFractionalUptime, long TimeKnownSeconds, double MeanTimeBetweenFailuresSeconds);
