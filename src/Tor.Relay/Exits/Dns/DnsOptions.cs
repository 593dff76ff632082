namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>How names are looked up for streams. Read once at start.</summary>
public sealed record DnsOptions
{
    /// <summary>Which servers to ask (ServerDNSResolvConfFile). Read again when it changes. Default: the system's.</summary>
    public string ResolvConfFile { get; init; } = "/etc/resolv.conf";

    /// <summary>Names that need no server. Read again when it changes. Default: the system's.</summary>
    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>Whether names without a final dot are also looked for in the search domains of the file (ServerDNSSearchDomains). Default false.</summary>
    public bool UsesSearchDomains { get; init; }

    /// <summary>Whether queries mix upper and lower case, and answers must do so as well (ServerDNSRandomizeCase). Default true.</summary>
    public bool RandomizesCase { get; init; } = true;

    /// <summary>Time for one lookup, all servers and attempts together. Default 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);
}
