namespace Tunic.Tor.Client.ControlPort;

/// <summary>How a change of the configuration ended (stock's setopt_err_t).</summary>
public enum ControlConfigurationOutcome
{
    /// <summary>It was made.</summary>
    Changed,

    /// <summary>An option is unknown.</summary>
    Unrecognized,

    /// <summary>A value makes no sense, alone or beside others.</summary>
    BadValue,

    /// <summary>The option cannot be changed while the program runs.</summary>
    NotWhileRunning,

    /// <summary>What the change asks for cannot be done now.</summary>
    CannotSet,
}
