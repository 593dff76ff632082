using System.Net;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Client.Listeners;

/// <summary>What applications may do at every port of a client. May be replaced while the ports are open.</summary>
public sealed record ApplicationRules
{
    /// <summary>Everybody may do everything.</summary>
    public static ApplicationRules None { get; } = new();

    /// <summary>Whose connections are taken, by address; the rules' ports do not matter (<c>SocksPolicy</c>). Default: everybody's.</summary>
    public ExitPolicy Clients { get; init; } = new([]);

    /// <summary>Target ports whose use is warned of (<c>WarnPlaintextPorts</c>). Default none.</summary>
    public IReadOnlySet<int> WarnedPorts { get; init; } = new HashSet<int>();

    /// <summary>Target ports that are refused (<c>RejectPlaintextPorts</c>). Default none.</summary>
    public IReadOnlySet<int> RejectedPorts { get; init; } = new HashSet<int>();

    /// <summary>SOCKS requests that carry an IP address in binary are refused (<c>SafeSocks</c>). Default false.</summary>
    public bool RejectsAddresses { get; init; }

    /// <summary>Each SOCKS request is logged as harmless or as one that gives only an IP address (<c>TestSocks</c>). Default false: a warning now and then.</summary>
    public bool LogsEveryRequest { get; init; }

    /// <summary>Whether a program at the address may use the ports.</summary>
    public bool Accepts(IPAddress client) => Clients.Admits(client);
}
