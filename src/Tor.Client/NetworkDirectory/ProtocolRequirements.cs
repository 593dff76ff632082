using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>What a network asks of its members, against what this program speaks (tor-spec, "Subprotocol versioning").</summary>
/// <param name="servesRelay">A relay goes by this consensus too.</param>
/// <param name="log">Hears what is recommended and lacks.</param>
internal sealed class ProtocolRequirements(bool servesRelay, ILogger log)
{
    /// <summary>Whatever a client asks a directory or a relay for. Not here: onion services, circuit padding and conflux.</summary>
    private static readonly ProtocolVersions OfClient = Parse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6");

    /// <summary>What a relay of ours announces.</summary>
    private static readonly ProtocolVersions OfRelay =
        Parse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Relay=2-6");

    private string? _warnedOf;

    /// <summary>Stock tor ends its process here too. What is recommended to clients is not compared: they lack onion services, and say so elsewhere.</summary>
    /// <param name="consensus">One that is verified: anybody else could stop us.</param>
    /// <exception cref="OutdatedProgramException">Clients, or relays where this is one, have to speak what this program does not.</exception>
    internal void Check(Consensus consensus)
    {
        Require(consensus.RequiredClientProtocols, OfClient);
        if (servesRelay)
        {
            Require(consensus.RequiredRelayProtocols, OfRelay);
            Recommend(consensus.RecommendedRelayProtocols, OfRelay);
        }
    }

    private static void Require(ProtocolVersions? required, ProtocolVersions spoken)
    {
        if (Missing(required, spoken) is { } missing)
        {
            throw new OutdatedProgramException(missing);
        }
    }

    /// <summary>Says once what lacks, not with every consensus.</summary>
    private void Recommend(ProtocolVersions? recommended, ProtocolVersions spoken)
    {
        if (Missing(recommended, spoken) is { } missing && missing.Text != _warnedOf)
        {
            _warnedOf = missing.Text;
            DirectoryLog.ProtocolsRecommended(log, missing.Text);
        }
    }

    private static ProtocolVersions? Missing(ProtocolVersions? asked, ProtocolVersions spoken) =>
        asked?.Except(spoken) is { Versions.Count: > 0 } missing ? missing : null;

    private static ProtocolVersions Parse(string text) => ProtocolVersions.TryParse(text, out ProtocolVersions versions)
        ? versions
        : throw new InvalidOperationException("the list of protocols is malformed");
}
