namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>The two forms in which a consensus is published (dir-spec, "Microdescriptor consensus").</summary>
public enum ConsensusFlavor
{
    /// <summary>"ns": entries name full descriptors; what relays keep.</summary>
    Unflavored,

    /// <summary>"microdesc": entries name microdescriptors; what clients keep.</summary>
    Microdescriptor,
}
