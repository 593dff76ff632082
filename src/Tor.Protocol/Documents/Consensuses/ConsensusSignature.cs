using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>A <c>directory-signature</c>: not checked by itself, see <see cref="ConsensusVerifier"/>.</summary>
/// <param name="Algorithm">Digest that is signed.</param>
/// <param name="Identity">SHA-1 of the authority's v3 identity key.</param>
/// <param name="SigningKeyDigest">SHA-1 of the signing key that its certificate names.</param>
/// <param name="Signature">PKCS#1 v1.5 signature of the bare digest, 128 to 512 bytes.</param>
public sealed record ConsensusSignature(
    ConsensusDigestAlgorithm Algorithm, RsaIdentity Identity, Digest160 SigningKeyDigest, ReadOnlyMemory<byte> Signature);
