namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>What a guard is wanted for.</summary>
public enum GuardUsage
{
    /// <summary>First hop of a circuit; its microdescriptor is needed.</summary>
    Traffic,

    /// <summary>Asked for directory documents over one hop; no microdescriptor needed.</summary>
    Directory,
}
