using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Network;

/// <summary>Every TCP port that this process listens on. Listeners get their socket here; an exit asks here before it connects anywhere.</summary>
/// <remarks>One for the process, as the ports are: a relay must not reach the proxy port of a client beside it. Thread safe.</remarks>
public static class OwnListeners
{
    private static readonly ConcurrentDictionary<ListeningSocket, IPEndPoint> _open = new();

    /// <summary>A socket that listens and is known here until it is disposed. The caller owns it.</summary>
    /// <param name="address">Where to listen; port 0 for any.</param>
    /// <param name="backlog">Connections that may wait to be accepted.</param>
    /// <exception cref="SocketException">The address is not ours or in use.</exception>
    public static Socket Open(IPEndPoint address, int backlog = int.MaxValue)
    {
        var socket = new ListeningSocket(address.AddressFamily);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false; // IPv4 has a listener of its own
            }

            socket.Bind(address);
            _open[socket] = (IPEndPoint)socket.LocalEndPoint!; // before it listens: nobody gets in between
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether a connection to the target would end at one of the listeners.</summary>
    /// <param name="target">Where to; IPv4 in IPv6 is taken as IPv4, and the unspecified address as this machine, as the system does.</param>
    /// <param name="otherNames">Further addresses by which this machine is reached, such as the one before an address translation.</param>
    public static bool Contains(IPEndPoint target, IReadOnlyList<IPAddress> otherNames)
    {
        foreach ((_, IPEndPoint listener) in _open)
        {
            if (listener.Port == target.Port && Leads(Normalize(target.Address), listener.Address, otherNames))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Leads(IPAddress address, IPAddress listener, IReadOnlyList<IPAddress> otherNames) =>
        Normalize(listener).Equals(address)
        || IsUnspecified(address)
        || otherNames.Any(name => Normalize(name).Equals(address))
        || (IsUnspecified(listener) && IsOfThisMachine(address));

    /// <summary>Without what does not change where a connection leads: the form of an IPv4 address and the name of an interface.</summary>
    private static IPAddress Normalize(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes())
        : address;

    private static bool IsUnspecified(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>The system binds a socket to its own addresses only, and its list of them is never out of date.</summary>
    private static bool IsOfThisMachine(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed class ListeningSocket(AddressFamily family) : Socket(family, SocketType.Stream, ProtocolType.Tcp)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            _open.TryRemove(this, out _);
        }
    }
}
