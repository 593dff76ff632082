using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Signatures;

/// <summary>A digest in a detached signatures document: names the consensus that is signed.</summary>
/// <param name="Flavor">"ns" or "microdesc".</param>
/// <param name="Algorithm">Of the digest.</param>
/// <param name="Digest">20 or 32 bytes.</param>
public sealed record DetachedDigest(string Flavor, ConsensusDigestAlgorithm Algorithm, ReadOnlyMemory<byte> Digest);
