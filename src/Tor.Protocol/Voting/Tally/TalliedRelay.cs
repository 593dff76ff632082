using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>A relay that is in the consensus.</summary>
/// <param name="Status">Its entry, flags apart.</param>
/// <param name="Flags">Its flags, ascending; also those that this program does not know.</param>
internal sealed record TalliedRelay(RouterStatus Status, IReadOnlyList<string> Flags)
{
    /// <summary>An exit for the weights: a bad exit is none.</summary>
    public bool IsExit => Flags.Contains("Exit") && !Flags.Contains("BadExit");

    public bool IsGuard => Flags.Contains("Guard");
}
