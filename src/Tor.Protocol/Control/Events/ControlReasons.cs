using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>Stock's words for the ends of circuits and streams (reasons.c).</summary>
public static class ControlReasons
{
    /// <summary>Why a circuit ended.</summary>
    public static string NameOf(DestroyReason reason) => (byte)reason switch
    {
        0 => "NONE",
        1 => "TORPROTOCOL",
        2 => "INTERNAL",
        3 => "REQUESTED",
        4 => "HIBERNATING",
        5 => "RESOURCELIMIT",
        6 => "CONNECTFAILED",
        7 => "OR_IDENTITY",
        8 => "CHANNEL_CLOSED",
        9 => "FINISHED",
        10 => "TIMEOUT",
        11 => "DESTROYED",
        12 => "NOSUCHSERVICE",
        var other => $"UNKNOWN_{other}",
    };

    /// <summary>Why a stream ended.</summary>
    public static string NameOf(EndReason reason) => (byte)reason switch
    {
        1 => "MISC",
        2 => "RESOLVEFAILED",
        3 => "CONNECTREFUSED",
        4 => "EXITPOLICY",
        5 => "DESTROY",
        6 => "DONE",
        7 => "TIMEOUT",
        8 => "NOROUTE",
        9 => "HIBERNATING",
        10 => "INTERNAL",
        11 => "RESOURCELIMIT",
        12 => "CONNRESET",
        13 => "TORPROTOCOL",
        14 => "NOTDIRECTORY",
        var other => $"UNKNOWN_{other}",
    };
}
