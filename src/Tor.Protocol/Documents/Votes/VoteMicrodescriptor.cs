using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>An <c>m</c> line of a vote: the microdescriptor that some consensus methods make of a relay's descriptor.</summary>
/// <param name="Methods">Consensus methods, ascending.</param>
/// <param name="Digest">SHA-256 of the microdescriptor.</param>
public sealed record VoteMicrodescriptor(IReadOnlyList<int> Methods, Digest256 Digest);
