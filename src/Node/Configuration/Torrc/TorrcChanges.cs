namespace Tunic.Node.Configuration.Torrc;

/// <summary>What may change while the program runs, whether the torrc was read again or a controller wishes it.</summary>
internal static class TorrcChanges
{
    /// <summary>Stock refuses a change of these (config.c, V_IMMUTABLE).</summary>
    private static readonly string[] Fixed =
        ["CacheDirectory", "DataDirectory", "FamilyKeyDirectory", "HiddenServiceNonAnonymousMode", "HiddenServiceSingleHopMode", "KeyDirectory", "PidFile", "TestingTorNetwork"];

    /// <summary>These decide about paths: circuits that were made by the old ones take no new streams.</summary>
    private static readonly HashSet<string> OfPaths =
    [
        "EntryNodes", "MiddleNodes", "ExitNodes", "ExcludeNodes", "ExcludeExitNodes", "StrictNodes", "NodeFamily", "EnforceDistinctSubnets", "HSLayer2Nodes", "HSLayer3Nodes", "VanguardsLiteEnabled",
        "ClientUseIPv4", "ClientUseIPv6", "ClientPreferIPv6ORPort",
    ];

    /// <summary>Taken over at once, besides those of paths.</summary>
    private static readonly HashSet<string> AtOnce =
    [
        "__LeaveStreamsUnattached", "__OwningControllerProcess", "__HashedControlSessionPassword", "HashedControlPassword",
        "CookieAuthentication", "CookieAuthFile", "CookieAuthFileGroupReadable", "ControlPortWriteToFile", "ControlPortFileGroupReadable",
        "__ReloadTorrcOnSIGHUP", "Log", "LogTimeGranularity", "SafeLogging", "TruncateLogFile", "MetricsPortPolicy", "ShutdownWaitLength",
        "SocksPolicy", "TestSocks", "SafeSocks", "WarnPlaintextPorts", "RejectPlaintextPorts",
        "LongLivedPorts", "ClientOnionAuthDir", "MaxCircuitDirtiness", "MaxClientCircuitsPending", "SocksTimeout", "CircuitStreamTimeout", "CircuitsAvailableTimeout",
        "BandwidthRate", "BandwidthBurst", "RelayBandwidthRate", "RelayBandwidthBurst", "MaxAdvertisedBandwidth", "CountPrivateBandwidth",
        "Nickname", "ContactInfo", "MyFamily", "Address", "AddressDisableIPv6", "DirPolicy",
        "ExitPolicy", "ExitRelay", "ExitPolicyRejectPrivate", "ExitPolicyRejectLocalInterfaces", "ReducedExitPolicy", "IPv6Exit", "RefuseUnknownExits",
    ];

    /// <summary>Names of the implemented options that are not set as they were.</summary>
    internal static IReadOnlyList<string> Find(TorrcSettings before, TorrcSettings after) =>
        [.. TorrcOptionTable.All.Where(option => option.Support == TorrcOptionSupport.Implemented && Value(option, before) != Value(option, after)).Select(option => option.Name)];

    /// <summary>The option must stay as it is while the program runs.</summary>
    internal static bool IsFixed(string name) => Fixed.Contains(name);

    /// <summary>The change has no effect on the running program.</summary>
    internal static bool NeedsRestart(string name) =>
        !OfPaths.Contains(name) && !AtOnce.Contains(name) && !name.StartsWith("DoS", StringComparison.Ordinal) && !IsOfOneOnionService(name);

    /// <summary>The change decides about paths.</summary>
    internal static bool AffectsPaths(string name) => OfPaths.Contains(name);

    private static bool IsOfOneOnionService(string name) => name.StartsWith("HiddenService", StringComparison.Ordinal) && !Fixed.Contains(name);

    private static string Value(TorrcOption option, TorrcSettings settings) => option.IsList
        ? string.Join('\n', settings.Lines(option.Name).Where(line => line.Key == option.Name).Select(line => line.Value))
        : settings.Text(option.Name) ?? "";
}
