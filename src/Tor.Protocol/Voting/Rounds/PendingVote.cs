using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>A vote that is kept.</summary>
/// <param name="Vote">What it says.</param>
/// <param name="Text">Its exact text.</param>
public sealed record PendingVote(Vote Vote, ReadOnlyMemory<byte> Text);
