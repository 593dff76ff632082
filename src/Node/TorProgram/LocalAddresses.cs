using System.Net;
using System.Net.NetworkInformation;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Node.TorProgram;

/// <summary>The addresses of this machine.</summary>
internal static class LocalAddresses
{
    /// <summary>Those of interfaces that are up, loopback aside.</summary>
    internal static IEnumerable<IPAddress> OfInterfaces() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address);

    /// <summary>Public addresses of interfaces, and those that the torrc names (stock policies_parse_exit_policy_reject_private).</summary>
    internal static IReadOnlyList<IPAddress> Find(TorrcOptions options)
    {
        IEnumerable<IPAddress?> ports = options.Relay.OrPorts.Concat(options.Relay.DirPorts).Select(port => port.Address)
            .Concat(options.Client.SocksPorts.Concat(options.Client.HttpTunnelPorts).Concat(options.Client.DnsPorts).Select(port => port.Address));
        IEnumerable<IPAddress?> written = options.Relay.Addresses.Select(text => IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? address) ? address : null);
        return [.. written.Concat(ports).Concat(OfInterfaces()).OfType<IPAddress>().Where(address => !InternalAddress.Contains(address)).Distinct()];
    }
}
