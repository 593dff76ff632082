namespace Tunic.Node.Configuration.Torrc;

/// <summary>Other names by which stock tor 0.4.9.11 takes an option, and notes on options that it discourages.</summary>
internal static class TorrcAliases
{
    private static readonly Alias[] Aliases =
    [
        new("AuthDirBadDirCC", "AuthDirBadDirCCs"),
        new("AuthDirBadExitCC", "AuthDirBadExitCCs"),
        new("AuthDirInvalidCC", "AuthDirInvalidCCs"),
        new("AuthDirMiddleOnlyCC", "AuthDirMiddleOnlyCCs"),
        new("AuthDirRejectCC", "AuthDirRejectCCs"),
        new("EntryNode", "EntryNodes"),
        new("ExcludeNode", "ExcludeNodes"),
        new("FirewallPort", "FirewallPorts"),
        new("LongLivedPort", "LongLivedPorts"),
        new("HiddenServiceNode", "HiddenServiceNodes"),
        new("HiddenServiceExcludeNode", "HiddenServiceExcludeNodes"),
        new("NumCPU", "NumCPUs"),
        new("RendNode", "RendNodes"),
        new("RecommendedPackage", "RecommendedPackages"),
        new("RendExcludeNode", "RendExcludeNodes"),
        new("StrictEntryNode", "StrictEntryNodes"),
        new("StrictExitNode", "StrictExitNodes"),
        new("StrictNode", "StrictNodes"),
        new("l", "Log", CommandLineOnly: true),
        new("AllowUnverifiedNodes", "AllowInvalidNodes"),
        new("AutomapHostSuffixes", "AutomapHostsSuffixes"),
        new("AutomapHostOnResolve", "AutomapHostsOnResolve"),
        new("BandwidthRateBytes", "BandwidthRate"),
        new("BandwidthBurstBytes", "BandwidthBurst"),
        new("DirFetchPostPeriod", "StatusFetchPeriod"),
        new("DirServer", "DirAuthority"),
        new("MaxConn", "ConnLimit", Deprecated: true),
        new("MaxMemInCellQueues", "MaxMemInQueues"),
        new("ORBindAddress", "ORListenAddress"),
        new("DirBindAddress", "DirListenAddress"),
        new("SocksBindAddress", "SocksListenAddress"),
        new("UseHelperNodes", "UseEntryGuards"),
        new("NumHelperNodes", "NumEntryGuards"),
        new("UseEntryNodes", "UseEntryGuards"),
        new("NumEntryNodes", "NumEntryGuards"),
        new("ResolvConf", "ServerDNSResolvConfFile", Deprecated: true),
        new("SearchDomains", "ServerDNSSearchDomains", Deprecated: true),
        new("ServerDNSAllowBrokenResolvConf", "ServerDNSAllowBrokenConfig"),
        new("PreferTunnelledDirConns", "PreferTunneledDirConns"),
        new("BridgeAuthoritativeDirectory", "BridgeAuthoritativeDir"),
        new("HashedControlPassword", "__HashedControlSessionPassword", CommandLineOnly: true),
        new("VirtualAddrNetwork", "VirtualAddrNetworkIPv4"),
        new("SocksSocketsGroupWritable", "UnixSocksGroupWritable", Deprecated: true),
        new("_HSLayer2Nodes", "HSLayer2Nodes", Deprecated: true),
        new("_HSLayer3Nodes", "HSLayer3Nodes", Deprecated: true),
        new("ClientBootstrapConsensusAuthorityDownloadSchedule", "ClientBootstrapConsensusAuthorityDownloadInitialDelay", Deprecated: true),
        new("ClientBootstrapConsensusAuthorityOnlyDownloadSchedule", "ClientBootstrapConsensusAuthorityOnlyDownloadInitialDelay", Deprecated: true),
        new("ClientBootstrapConsensusFallbackDownloadSchedule", "ClientBootstrapConsensusFallbackDownloadInitialDelay", Deprecated: true),
        new("TestingBridgeDownloadSchedule", "TestingBridgeDownloadInitialDelay", Deprecated: true),
        new("TestingBridgeBootstrapDownloadSchedule", "TestingBridgeBootstrapDownloadInitialDelay", Deprecated: true),
        new("TestingClientDownloadSchedule", "TestingClientDownloadInitialDelay", Deprecated: true),
        new("TestingClientConsensusDownloadSchedule", "TestingClientConsensusDownloadInitialDelay", Deprecated: true),
        new("TestingServerDownloadSchedule", "TestingServerDownloadInitialDelay", Deprecated: true),
        new("TestingServerConsensusDownloadSchedule", "TestingServerConsensusDownloadInitialDelay", Deprecated: true),
    ];

    private static readonly Dictionary<string, string> Discouraged = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HTTPProxy"] = " It only applies to direct unencrypted directory connections.",
        ["HTTPProxyAuthenticator"] = " Use HTTPSProxy and HTTPSProxyAuthenticator.",
        ["ReachableDirAddresses"] = " It has no effect.",
        ["ClientPreferIPv6DirPort"] = " It has no effect.",
    };

    /// <summary>The name that <paramref name="name"/> stands for, or itself. Followed once through the list, as stock does.</summary>
    internal static string Expand(string name, bool onCommandLine, Action<string> warn)
    {
        foreach (Alias alias in Aliases)
        {
            if (!alias.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || (alias.CommandLineOnly && !onCommandLine))
            {
                continue;
            }

            if (alias.Deprecated)
            {
                warn($"The configuration option '{alias.Name}' is deprecated; use '{alias.Target}' instead.");
            }

            name = alias.Target;
        }

        return name;
    }

    /// <summary>A sentence about a discouraged option; null for any other.</summary>
    internal static string? FindNote(string name) => Discouraged.TryGetValue(name, out string? reason)
        ? $"The {name} option is deprecated, and will most likely be removed in a future version of Tor.{reason}"
        : null;

    private sealed record Alias(string Name, string Target, bool CommandLineOnly = false, bool Deprecated = false);
}
