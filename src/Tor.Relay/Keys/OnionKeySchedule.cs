using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.Keys;

/// <summary>How long onion keys are used, as the consensus says (proposal 274; param-spec).</summary>
/// <param name="Lifetime">From making a key to replacing it: onion-key-rotation-days, 1 to 90 days, default 28.</param>
/// <param name="GracePeriod">How long the replaced key is still answered: onion-key-grace-period-days, 1 day to the lifetime, default 7 days.</param>
public sealed record OnionKeySchedule(TimeSpan Lifetime, TimeSpan GracePeriod)
{
    private const int MaxLifetimeDays = 90;

    /// <summary>What holds without a consensus.</summary>
    public static OnionKeySchedule Default { get; } = new(TimeSpan.FromDays(28), TimeSpan.FromDays(7));

    /// <summary>The schedule of a consensus, values out of range brought to the nearest within.</summary>
    public static OnionKeySchedule Of(Consensus consensus)
    {
        int lifetime = Math.Clamp(consensus.Parameters.GetValueOrDefault("onion-key-rotation-days", 28), 1, MaxLifetimeDays);
        int grace = Math.Clamp(consensus.Parameters.GetValueOrDefault("onion-key-grace-period-days", 7), 1, lifetime);
        return new OnionKeySchedule(TimeSpan.FromDays(lifetime), TimeSpan.FromDays(grace));
    }
}
