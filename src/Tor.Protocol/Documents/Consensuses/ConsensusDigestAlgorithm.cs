namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>The digest of the signed part that a <c>directory-signature</c> signs.</summary>
public enum ConsensusDigestAlgorithm
{
    /// <summary>What the unflavoured consensus and votes use; not named on the line.</summary>
    Sha1,

    /// <summary>What the microdescriptor consensus uses: "sha256".</summary>
    Sha256,
}
