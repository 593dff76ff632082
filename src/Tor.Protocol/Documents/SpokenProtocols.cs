namespace Tunic.Tor.Protocol.Documents;

/// <summary>The subprotocols that this program speaks (tor-spec, "Subprotocol versioning").</summary>
/// <remarks>Not here: circuit padding and conflux.</remarks>
public static class SpokenProtocols
{
    /// <summary>Whatever a client asks a directory or a relay for; without onion services.</summary>
    public static ProtocolVersions OfClient { get; } = Parse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6");

    /// <summary>What the descriptor of a relay says. Peers try whatever is listed: list only what works.</summary>
    /// <remarks>Names ascending and ranges merged as stock tor writes them, since authorities vote on the whole text.</remarks>
    public static ProtocolVersions OfRelay { get; } =
        Parse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6");

    private static ProtocolVersions Parse(string text) => ProtocolVersions.TryParse(text, out ProtocolVersions versions)
        ? versions
        : throw new InvalidOperationException("the list of protocols is malformed");
}
