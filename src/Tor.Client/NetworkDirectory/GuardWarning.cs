using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.NetworkDirectory;

/// <summary>Says once that the configuration leaves no guard, or too few, and again only after it was otherwise.</summary>
internal sealed class GuardWarning(ILogger log)
{
    private (bool IsNone, bool IsFew) _told;

    /// <summary>There is a new picture of the network.</summary>
    /// <param name="supply">What it has of guards; null when none are used.</param>
    internal void OnSupply(GuardSupply? supply)
    {
        (bool IsNone, bool IsFew) now = supply is { } guards ? (guards.Allowed == 0, guards.IsExtreme) : default;
        if (now == _told)
        {
            return;
        }

        _told = now;
        if (now.IsNone)
        {
            DirectoryLog.NoGuardAllowed(log, supply!.Value.All);
        }
        else if (now.IsFew)
        {
            DirectoryLog.FewGuardsAllowed(log, supply!.Value.Allowed, supply.Value.All);
        }
    }
}
