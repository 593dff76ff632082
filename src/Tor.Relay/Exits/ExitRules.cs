using System.Net;
using System.Net.Sockets;
using Tunic.Tor.Network;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tor.Relay.Exits;

/// <summary>Decides which addresses streams may be connected to (stock connection_exit_connect, set_exitconn_info_from_resolve).</summary>
/// <param name="options">The policy.</param>
/// <param name="ownAddresses">Our addresses: what listens there is not for strangers, the OR port least of all.</param>
/// <param name="relays">Where the other relays are.</param>
/// <param name="parameters">From the present consensus.</param>
public sealed class ExitRules(
    ExitOptions options, Func<IReadOnlyList<IPAddress>> ownAddresses, Func<KnownRelays> relays, Func<RelayParameters> parameters)
{
    /// <summary>Whether nothing at all may be reached, so that names need not even be looked up.</summary>
    public bool RefusesEverything =>
        options.AllowedTargets.Count == 0
        && options.Policy.RejectsEverything(isIPv6: false)
        && (!options.AllowIPv6 || options.Policy.RejectsEverything(isIPv6: true));

    /// <summary>Why a target is refused; null when it is not. No policy opens the listeners of this process.</summary>
    public EndReason? FindRefusal(IPEndPoint target)
    {
        IPAddress address = target.Address.IsIPv4MappedToIPv6 ? target.Address.MapToIPv4() : target.Address;
        var plain = new IPEndPoint(address, target.Port);
        IReadOnlyList<IPAddress> own = ownAddresses();
        if (OwnListeners.Contains(plain, own) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            return EndReason.ExitPolicy;
        }

        bool leadsBack = !parameters().AllowsReentry && relays().HasPort(plain);
        if (options.AllowedTargets.Contains(plain) && !leadsBack)
        {
            return null;
        }

        bool isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if ((!options.AllowPrivateAddresses && (PrivateAddresses.Contains(address) || own.Contains(address)))
            || (isIPv6 && !options.AllowIPv6)
            || !options.Policy.Accepts(address, (ushort)target.Port))
        {
            return EndReason.ExitPolicy;
        }

        // Not EXITPOLICY, which would make the client try the next exit: nobody lets circuits back into the network.
        return leadsBack ? EndReason.ConnectRefused : null;
    }

    /// <summary>Of what a lookup found, the address to connect to; null when there is none that the client takes.</summary>
    public IPAddress? Choose(NameAnswer answer, ushort port, BeginFlags flags)
    {
        IPAddress? ipv4 = flags.HasFlag(BeginFlags.IPv4NotAllowed) ? null : answer.IPv4;
        IPAddress? ipv6 = flags.HasFlag(BeginFlags.IPv6Allowed) && options.AllowIPv6 ? answer.IPv6 : null;
        if (ipv4 is null || ipv6 is null)
        {
            return ipv4 ?? ipv6;
        }

        bool ipv4Accepted = options.Policy.Accepts(ipv4, port);
        bool ipv6Accepted = options.Policy.Accepts(ipv6, port);
        bool prefersIPv6 = ipv4Accepted == ipv6Accepted ? flags.HasFlag(BeginFlags.IPv6Preferred) : ipv6Accepted;
        return prefersIPv6 ? ipv6 : ipv4;
    }

    /// <summary>Whether a client that takes no IPv4 can be served at all.</summary>
    public bool Serves(BeginFlags flags) => options.AllowIPv6 || !flags.HasFlag(BeginFlags.IPv4NotAllowed);
}
