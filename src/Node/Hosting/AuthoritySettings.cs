using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Protocol.Voting.Votes;

namespace Tunic.Node.Hosting;

/// <summary>All that makes a directory authority of a relay.</summary>
internal sealed record AuthoritySettings
{
    internal required AuthorityNetwork Network { get; init; }

    internal required AuthorityProfile Profile { get; init; }

    /// <summary>Who the authority's own relay is, is filled in from its keys.</summary>
    internal required AcceptanceOptions Acceptance { get; init; }

    /// <summary>A scanner's measurements, read before each vote; null for none.</summary>
    internal string? BandwidthsPath { get; init; }
}
