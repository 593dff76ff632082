using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Signatures;

/// <summary>A signature in a detached signatures document.</summary>
/// <param name="Flavor">"ns" or "microdesc".</param>
/// <param name="Signature">The signature.</param>
public sealed record DetachedSignature(string Flavor, ConsensusSignature Signature);
