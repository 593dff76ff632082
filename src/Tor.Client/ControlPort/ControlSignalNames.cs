namespace Tunic.Tor.Client.ControlPort;

/// <summary>The names of signals, in stock's order; the first of several is the one that events use.</summary>
internal static class ControlSignalNames
{
    private static readonly (ControlSignal Signal, string Name)[] Names =
    [
        (ControlSignal.Reload, "RELOAD"), (ControlSignal.Reload, "HUP"), (ControlSignal.Shutdown, "SHUTDOWN"),
        (ControlSignal.Dump, "DUMP"), (ControlSignal.Dump, "USR1"), (ControlSignal.Debug, "DEBUG"), (ControlSignal.Debug, "USR2"),
        (ControlSignal.Halt, "HALT"), (ControlSignal.Halt, "TERM"), (ControlSignal.Halt, "INT"), (ControlSignal.NewNym, "NEWNYM"),
        (ControlSignal.ClearDnsCache, "CLEARDNSCACHE"), (ControlSignal.Heartbeat, "HEARTBEAT"), (ControlSignal.Active, "ACTIVE"),
        (ControlSignal.Dormant, "DORMANT"),
    ];

    /// <summary>All of them, parted by blanks (GETINFO signal/names).</summary>
    internal static string All { get; } = string.Join(' ', Names.Select(each => each.Name));

    internal static string NameOf(ControlSignal signal) => Array.Find(Names, each => each.Signal == signal).Name;

    /// <summary>The signal of that name, in any case; null for none.</summary>
    internal static ControlSignal? Find(string name)
    {
        int index = Array.FindIndex(Names, each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index < 0 ? null : Names[index].Signal;
    }
}
