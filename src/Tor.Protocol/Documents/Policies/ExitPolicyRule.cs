using System.Net;

namespace Tunic.Tor.Protocol.Documents.Policies;

/// <summary>One line of an exit policy: what to do with connections to these addresses and ports.</summary>
/// <param name="IsAccept">True for accept, false for reject.</param>
/// <param name="Addresses">The addresses it is about.</param>
/// <param name="Ports">The ports it is about; 1 to 65535 for all.</param>
public readonly record struct ExitPolicyRule(bool IsAccept, AddressPattern Addresses, PortRange Ports)
{
    /// <summary>All ports that exist.</summary>
    public static PortRange AllPorts { get; } = new(1, 65535);

    /// <summary>Whether the rule decides about this target.</summary>
    public bool Matches(IPAddress address, ushort port) => Ports.Contains(port) && Addresses.Contains(address);

    /// <summary>"accept 1.2.3.4:80", "reject *:*", "accept6 [2001:db8::1]:80-90": a line of a server descriptor.</summary>
    public override string ToString()
    {
        string ports = Ports == AllPorts ? "*" : Ports.ToString();
        return $"{(IsAccept ? "accept" : "reject")}{(Addresses.IsIPv6 ? "6" : "")} {Addresses}:{ports}";
    }
}
