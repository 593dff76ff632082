using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>How a consensus lists one relay.</summary>
/// <param name="ValidAfter">Of the consensus, UTC.</param>
/// <param name="ValidUntil">Of the consensus, UTC.</param>
/// <param name="IsListed">The relay is in it.</param>
/// <param name="IsStale">With the flag StaleDesc: the authorities want a newer descriptor.</param>
public sealed record ConsensusListing(DateTime ValidAfter, DateTime ValidUntil, bool IsListed, bool IsStale)
{
    /// <summary>Looks a relay up.</summary>
    public static ConsensusListing Of(Consensus consensus, RsaIdentity relay)
    {
        RouterStatus? status = consensus.Relays.FirstOrDefault(status => status.Identity == relay);
        return new ConsensusListing(
            consensus.ValidAfter, consensus.ValidUntil, status is not null, status?.Flags.HasFlag(RelayFlags.StaleDesc) ?? false);
    }
}
