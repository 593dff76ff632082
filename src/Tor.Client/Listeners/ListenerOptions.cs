using System.Net;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.Listeners;

/// <summary>What all ports for applications have in common. Read once at start.</summary>
public record ListenerOptions
{
    /// <summary>Where to listen; port 0 lets the system choose. Default: a free port of 127.0.0.1. Anybody who reaches the port can use it.</summary>
    public IPEndPoint EndPoint { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>What the user calls the port in his configuration, for messages. Default "the port".</summary>
    public string OptionName { get; init; } = "the port";

    /// <summary>Most connections at once, 1 or more. Default 4,096; those beyond it are closed at once.</summary>
    public int MaxConnections { get; init; } = 4_096;

    /// <summary>Time from the first to the last byte of a request, and for the first byte of a new connection. Default 60 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Which requests may share circuits. Default as stock's ports.</summary>
    public IsolationOptions Isolation { get; init; } = new();

    /// <summary>Refuse private addresses as targets and as answers (<c>ClientRejectInternalAddresses</c>, <c>ClientDNSRejectInternalAddresses</c>). Default true; off in private networks.</summary>
    public bool RejectInternalAddresses { get; init; } = true;

    /// <summary>Pass on names under .onion (off: <c>NoOnionTraffic</c>). Default true.</summary>
    public bool AllowOnion { get; init; } = true;

    /// <summary>Take host names as targets, which exits look up (off: <c>NoDNSRequest</c>). Default true.</summary>
    public bool AllowNames { get; init; } = true;

    /// <summary>What holds at every port; asked for each connection and each request. Default: nothing.</summary>
    public Func<ApplicationRules> Rules { get; init; } = () => ApplicationRules.None;

    /// <summary>What exits are told about address families (<c>IPv6Traffic</c>, <c>NoIPv4Traffic</c>, <c>PreferIPv6</c>). Default: both are fine.</summary>
    public BeginFlags Families { get; init; } = BeginFlags.IPv6Allowed;
}
