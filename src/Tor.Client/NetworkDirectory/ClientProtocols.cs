using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>The subprotocols that this client speaks (tor-spec, "Subprotocol versioning").</summary>
internal static class ClientProtocols
{
    /// <summary>Whatever a directory or a relay may be asked for. Not here: onion services, circuit padding and conflux.</summary>
    private static readonly ProtocolVersions Spoken =
        ProtocolVersions.TryParse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6", out ProtocolVersions versions)
            ? versions
            : throw new InvalidOperationException("the list of protocols is malformed");

    /// <summary>Stock tor ends its process here too.</summary>
    /// <param name="consensus">One that is verified: anybody else could stop us.</param>
    /// <exception cref="OutdatedProgramException">Clients have to speak what this one does not.</exception>
    internal static void Check(Consensus consensus)
    {
        ProtocolVersions missing = (consensus.RequiredClientProtocols ?? ProtocolVersions.None).Except(Spoken);
        if (missing.Versions.Count > 0)
        {
            throw new OutdatedProgramException(missing);
        }
    }
}
