using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Votes;

/// <summary>A vote that is ready to be signed.</summary>
/// <param name="Vote">The vote.</param>
/// <param name="Microdescriptors">The microdescriptors that it names; the authority has to serve them.</param>
public sealed record BuiltVote(Vote Vote, IReadOnlyList<byte[]> Microdescriptors);
