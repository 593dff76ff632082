namespace Tunic.Tor.Protocol.Voting.Votes;

/// <summary>When a vote is made, and for when.</summary>
/// <param name="Now">Wall clock, UTC, whole seconds.</param>
/// <param name="ValidAfter">Start of the interval voted on.</param>
/// <param name="OwnUptime">How long the authority has been running.</param>
/// <param name="Parameters">Parameters of the consensus at hand; empty without one.</param>
public sealed record VoteMoment(DateTime Now, DateTime ValidAfter, TimeSpan OwnUptime, IReadOnlyDictionary<string, int> Parameters);
