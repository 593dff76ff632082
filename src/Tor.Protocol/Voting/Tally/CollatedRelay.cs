using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>What the votes say of one relay.</summary>
/// <param name="Entries">The entry of each vote, in the order of the votes; null where it has none.</param>
/// <param name="Ed25519Agreement">How many votes name the Ed25519 identity that more than half of the authorities name; 0 when there is none.</param>
internal sealed record CollatedRelay(IReadOnlyList<VoteRouterStatus?> Entries, int Ed25519Agreement);
