using System.Globalization;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>From where on a relay is Fast, Stable or fit as Guard, computed from all relays (dir-spec, "Assigning flags in a vote").</summary>
public sealed record FlagThresholds
{
    /// <summary>Uptime in seconds that is Stable while there are no better measurements.</summary>
    public long StableUptime { get; init; }

    /// <summary>Mean time between failures, in seconds, that is Stable.</summary>
    public double StableMtbf { get; init; }

    /// <summary>Whether observations suffice to judge by <see cref="StableMtbf"/>.</summary>
    public bool HasEnoughMtbf { get; init; }

    /// <summary>Kilobytes per second that are Fast.</summary>
    public long FastBandwidth { get; init; }

    /// <summary>Fractional uptime of a guard, 0 to 1.</summary>
    public double GuardFractionalUptime { get; init; }

    /// <summary>Seconds that a guard must be known.</summary>
    public long GuardTimeKnown { get; init; }

    /// <summary>Kilobytes per second of a guard when exits may be guards.</summary>
    public long GuardBandwidthIncludingExits { get; init; }

    /// <summary>Kilobytes per second of a guard when exits may not be guards.</summary>
    public long GuardBandwidthExcludingExits { get; init; }

    /// <summary>So many relays are measured that the others count as having no bandwidth.</summary>
    public bool IgnoresAdvertised { get; init; }

    /// <summary>The rest of the <c>flag-thresholds</c> line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"stable-uptime={StableUptime} stable-mtbf={(long)StableMtbf} fast-speed={FastBandwidth * 1000} "
        + $"guard-wfu={GuardFractionalUptime * 100:F3}% guard-tk={GuardTimeKnown} "
        + $"guard-bw-inc-exits={GuardBandwidthIncludingExits * 1000} guard-bw-exc-exits={GuardBandwidthExcludingExits * 1000} "
        + $"enough-mtbf={(HasEnoughMtbf ? 1 : 0)} ignoring-advertised-bws={(IgnoresAdvertised ? 1 : 0)}");
}
