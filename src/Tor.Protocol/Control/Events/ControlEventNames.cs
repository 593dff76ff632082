namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>The names of events.</summary>
public static class ControlEventNames
{
    private static readonly string[] Names =
    [
        "CIRC", "CIRC_MINOR", "STREAM", "ORCONN", "BW", "DEBUG", "INFO", "NOTICE", "WARN", "ERR", "NEWDESC", "ADDRMAP", "DESCCHANGED", "NS",
        "STATUS_GENERAL", "STATUS_CLIENT", "STATUS_SERVER", "GUARD", "STREAM_BW", "CLIENTS_SEEN", "NEWCONSENSUS", "BUILDTIMEOUT_SET", "SIGNAL",
        "CONF_CHANGED", "CONN_BW", "CELL_STATS", "CIRC_BW", "TRANSPORT_LAUNCHED", "HS_DESC", "HS_DESC_CONTENT", "NETWORK_LIVENESS",
    ];

    /// <summary>All of them, parted by blanks (GETINFO events/names).</summary>
    public static string All { get; } = string.Join(' ', Names);

    /// <summary>The name as it is sent.</summary>
    public static string NameOf(ControlEventKind kind) => Names[(int)kind];

    /// <summary>The event of that name, in any case.</summary>
    public static bool TryFind(string name, out ControlEventKind kind)
    {
        int index = Array.FindIndex(Names, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        kind = (ControlEventKind)Math.Max(index, 0);
        return index >= 0;
    }
}
