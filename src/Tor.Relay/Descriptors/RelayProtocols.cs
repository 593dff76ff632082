using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>The subprotocols that this relay speaks (tor-spec, "Subprotocol versioning"). A client tries whatever is listed: list only what works.</summary>
/// <remarks>
/// Not here: circuit padding and conflux. Names ascending and ranges merged as stock
/// tor writes them, since authorities vote on the whole text.
/// </remarks>
public static class RelayProtocols
{
    /// <summary>What the descriptor says.</summary>
    public static ProtocolVersions Supported { get; } =
        ProtocolVersions.TryParse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6", out ProtocolVersions versions)
            ? versions
            : throw new InvalidOperationException("the list of protocols is malformed");
}
