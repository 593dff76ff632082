using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Parameters;

namespace Tunic.Tor.Relay.Keys;

/// <summary>How long onion keys are used, as the consensus says (proposal 274; param-spec).</summary>
/// <param name="Lifetime">From making a key to replacing it: onion-key-rotation-days, 1 to 90 days, default 28.</param>
/// <param name="GracePeriod">How long the replaced key is still answered: onion-key-grace-period-days, 1 day to the lifetime, default 7 days.</param>
public sealed record OnionKeySchedule(TimeSpan Lifetime, TimeSpan GracePeriod)
{
    /// <summary>What holds without a consensus.</summary>
    public static OnionKeySchedule Default { get; } = Of(NetworkParameters.Default);

    /// <summary>The schedule of a consensus.</summary>
    public static OnionKeySchedule Of(Consensus consensus) => Of(new NetworkParameters(consensus.Parameters));

    private static OnionKeySchedule Of(NetworkParameters parameters) => new(parameters.OnionKeyRotation, parameters.OnionKeyGracePeriod);
}
