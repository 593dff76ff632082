using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.Paths;

/// <summary>A guard as it was at one moment.</summary>
/// <param name="Identity">Its fingerprint.</param>
/// <param name="Nickname">For people.</param>
/// <param name="IsConfirmed">A circuit through it succeeded once.</param>
/// <param name="IsListed">The consensus lists it as a guard.</param>
/// <param name="UnlistedSince">Since when it does not, UTC.</param>
/// <param name="IsFiltered">The configuration allows it.</param>
/// <param name="IsDown">It is believed to be down.</param>
internal sealed record GuardView(
    RsaIdentity Identity, string Nickname, bool IsConfirmed, bool IsListed, DateTime? UnlistedSince, bool IsFiltered, bool IsDown)
{
    internal static GuardView Of(Guard guard) => new(
        guard.Identity, guard.Nickname, guard.IsConfirmed, guard.IsListed, guard.UnlistedSince, guard.IsFiltered,
        guard.Reachability == GuardReachability.No);
}
