using Tunic.Node.Configuration.Torrc;

namespace Tunic.Node.Controllers;

/// <summary>Options that a change takes effect of at once. Those that this program ignores may be changed too: it ignores them as before.</summary>
internal static class ChangeableOptions
{
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "__LeaveStreamsUnattached", "__OwningControllerProcess", "__HashedControlSessionPassword", "__ReloadTorrcOnSIGHUP", "CookieAuthentication", "CookieAuthFile",
        "CookieAuthFileGroupReadable", "HashedControlPassword", "ControlPortWriteToFile", "ControlPortFileGroupReadable", "Log", "LogTimeGranularity",
        "MaxCircuitDirtiness", "SafeLogging", "TruncateLogFile", "ShutdownWaitLength", "ProtocolWarnings", "ContactInfo",
    };

    internal static bool Contains(string name) => Names.Contains(name) || TorrcOptionTable.Find(name)?.Support == TorrcOptionSupport.Ignored;
}
