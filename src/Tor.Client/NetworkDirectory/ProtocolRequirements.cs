using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>What a network asks of its members, against what this program speaks (tor-spec, "Subprotocol versioning").</summary>
/// <param name="servesRelay">A relay goes by this consensus too.</param>
/// <param name="log">Hears what is recommended and lacks.</param>
internal sealed class ProtocolRequirements(bool servesRelay, ILogger log)
{
    private string? _warnedOf;

    /// <summary>Stock tor ends its process here too. What is recommended to clients is not compared: they lack onion services, and say so elsewhere.</summary>
    /// <param name="consensus">One that is verified: anybody else could stop us.</param>
    /// <exception cref="OutdatedProgramException">Clients, or relays where this is one, have to speak what this program does not.</exception>
    internal void Check(Consensus consensus)
    {
        Require(consensus.RequiredClientProtocols, SpokenProtocols.OfClient);
        if (servesRelay)
        {
            Require(consensus.RequiredRelayProtocols, SpokenProtocols.OfRelay);
            Recommend(consensus.RecommendedRelayProtocols, SpokenProtocols.OfRelay);
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
}
