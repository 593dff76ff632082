namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>What the operator may set instead of the consensus. Read once at start.</summary>
public sealed record GuardOptions
{
    /// <summary>Primary guards to use for circuits (<c>NumEntryGuards</c>), 1 or more. Default null: as the consensus says.</summary>
    public int? EntryGuards { get; init; }

    /// <summary>Primary guards to use for directory requests (<c>NumDirectoryGuards</c>), 1 or more. Default null: as the consensus says.</summary>
    public int? DirectoryGuards { get; init; }

    /// <summary>Length of the list of primary guards (<c>NumPrimaryGuards</c>), 1 or more. Default null: as the consensus says.</summary>
    public int? PrimaryGuards { get; init; }

    /// <summary>How long to keep guards (<c>GuardLifetime</c>); under a day it is ignored. Default null: as the consensus says.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Written next to each guard that is added, without blanks. Default "0.4.9.11".</summary>
    public string SampledBy { get; init; } = "0.4.9.11";
}
