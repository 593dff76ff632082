namespace Tunic.Tor.Client.ControlPort;

/// <summary>What SIGNAL can ask for (control-spec, "SIGNAL").</summary>
public enum ControlSignal
{
    /// <summary>RELOAD, HUP: read the configuration again.</summary>
    Reload,

    /// <summary>SHUTDOWN: end in good order.</summary>
    Shutdown,

    /// <summary>DUMP, USR1: write statistics to the log.</summary>
    Dump,

    /// <summary>DEBUG, USR2: write everything to the log.</summary>
    Debug,

    /// <summary>HALT, TERM, INT: end at once.</summary>
    Halt,

    /// <summary>NEWNYM: new circuits for new streams.</summary>
    NewNym,

    /// <summary>CLEARDNSCACHE: forget the answers of lookups.</summary>
    ClearDnsCache,

    /// <summary>HEARTBEAT: write the heartbeat to the log.</summary>
    Heartbeat,

    /// <summary>ACTIVE: wake up.</summary>
    Active,

    /// <summary>DORMANT: build nothing until somebody needs it.</summary>
    Dormant,
}
