using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The numbers of guard-spec, "Parameters with suggested values", from the consensus where it has them.</summary>
public sealed record GuardParameters
{
    private const int MaxDays = 3650;

    /// <summary>The sample is at most this share of all guards, 0.01 to 1. Default 0.2.</summary>
    public double MaxSampleThreshold { get; init; } = 0.2;

    /// <summary>The sample is at most this many guards. Default 60.</summary>
    public int MaxSampleSize { get; init; } = 60;

    /// <summary>The sample grows until this many guards are usable. Default 20.</summary>
    public int MinFilteredSampleSize { get; init; } = 20;

    /// <summary>A guard unlisted for so long leaves the sample. Default 20 days.</summary>
    public TimeSpan RemoveUnlistedAfter { get; init; } = TimeSpan.FromDays(20);

    /// <summary>A guard that was never confirmed leaves the sample after so long. Default 120 days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(120);

    /// <summary>A confirmed guard leaves the sample after so long. Default 60 days.</summary>
    public TimeSpan ConfirmedMinLifetime { get; init; } = TimeSpan.FromDays(60);

    /// <summary>Length of the list of primary guards. Default 3.</summary>
    public int PrimaryGuards { get; init; } = 3;

    /// <summary>Primary guards among which a circuit chooses. Default 1.</summary>
    public int PrimaryGuardsToUse { get; init; } = 1;

    /// <summary>Primary guards among which a directory request chooses. Default 3.</summary>
    public int PrimaryDirectoryGuardsToUse { get; init; } = 3;

    /// <summary>After so long without success the network was probably down, and the primary guards are tried again. Default 10 minutes.</summary>
    public TimeSpan InternetLikelyDownInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A better guard that does not answer within this time no longer holds others up. Default 15 seconds.</summary>
    public TimeSpan NonprimaryConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A circuit that waited so long for a better guard is closed. Default 10 minutes.</summary>
    public TimeSpan NonprimaryIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Below this share of allowed guards the sample is drawn from the allowed ones only. Default 0.2.</summary>
    public double MeaningfulRestriction { get; init; } = 0.2;

    /// <summary>Below this share of allowed guards we stand out so much that the operator should know. Default 0.01.</summary>
    public double ExtremeRestriction { get; init; } = 0.01;

    /// <summary>The parameters of a consensus, each clamped to its range, and the operator's wishes over them.</summary>
    public static GuardParameters From(Consensus consensus, GuardOptions options)
    {
        int Count(string name, int fallback, int maximum = int.MaxValue) => ConsensusParameter.Read(consensus.Parameters, name, fallback, 1, maximum);
        TimeSpan Days(string name, int fallback) => TimeSpan.FromDays(Count(name, fallback, MaxDays));
        TimeSpan Seconds(string name, int fallback) => TimeSpan.FromSeconds(Count(name, fallback));

        TimeSpan? lifetime = options.Lifetime >= TimeSpan.FromDays(1) ? options.Lifetime : null;
        return new GuardParameters
        {
            MaxSampleThreshold = Count("guard-max-sample-threshold-percent", 20, 100) / 100.0,
            MaxSampleSize = Count("guard-max-sample-size", 60),
            MinFilteredSampleSize = Count("guard-min-filtered-sample-size", 20),
            RemoveUnlistedAfter = Days("guard-remove-unlisted-guards-after-days", 20),
            Lifetime = lifetime ?? Days("guard-lifetime-days", 120),
            ConfirmedMinLifetime = lifetime ?? Days("guard-confirmed-min-lifetime-days", 60),
            PrimaryGuards = options.PrimaryGuards ?? Count("guard-n-primary-guards", 3),
            PrimaryGuardsToUse = options.EntryGuards ?? Count("guard-n-primary-guards-to-use", 1),
            PrimaryDirectoryGuardsToUse = options.DirectoryGuards ?? Count("guard-n-primary-dir-guards-to-use", 3),
            InternetLikelyDownInterval = Seconds("guard-internet-likely-down-interval", 600),
            NonprimaryConnectTimeout = Seconds("guard-nonprimary-guard-connect-timeout", 15),
            NonprimaryIdleTimeout = Seconds("guard-nonprimary-guard-idle-timeout", 600),
            MeaningfulRestriction = Count("guard-meaningful-restriction-percent", 20) / 100.0,
            ExtremeRestriction = Count("guard-extreme-restriction-percent", 1, 100) / 100.0,
        };
    }
}
