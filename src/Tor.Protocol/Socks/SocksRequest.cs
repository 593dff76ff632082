using System.Net;
using System.Text;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>A complete and checked request of a SOCKS client, and the replies that its version calls for.</summary>
/// <param name="Version">The form spoken.</param>
/// <param name="Command">What is asked for.</param>
/// <param name="Target">Of what; the port of a CONNECT is never 0, that of a lookup means nothing.</param>
/// <param name="Isolation">What keeps the stream apart.</param>
public sealed record SocksRequest(SocksVersion Version, SocksCommand Command, TargetAddress Target, SocksIsolation Isolation)
{
    private const byte Granted = 0x5A;
    private const byte Rejected = 0x5B;
    private const int MaxNameLength = 255;

    /// <summary>The client sent an IP address in binary: it may have looked the name up itself, and told its DNS server.</summary>
    public bool IsAddressOnly { get; init; }

    /// <summary>The reply to CONNECT, and to anything that failed. SOCKS4 knows only yes and no.</summary>
    public byte[] EncodeReply(SocksStatus status) => EncodeStatus(Version, status);

    /// <summary>The reply to RESOLVE with an address. SOCKS4 cannot carry IPv6: then the reply is a rejection.</summary>
    public byte[] EncodeResolved(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        if (Version == SocksVersion.Socks5)
        {
            return [5, (byte)SocksStatus.Succeeded, 0, bytes.Length == 4 ? (byte)1 : (byte)4, .. bytes, 0, 0];
        }

        return bytes.Length == 4 ? [0, Granted, 0, 0, .. bytes] : EncodeStatus(Version, SocksStatus.HostUnreachable);
    }

    /// <summary>The reply to RESOLVE_PTR with a host name of at most 255 bytes.</summary>
    /// <exception cref="ArgumentException">The name is longer: check what comes from the network first.</exception>
    public byte[] EncodeResolved(string hostName)
    {
        byte[] name = Encoding.ASCII.GetBytes(hostName);
        if (name.Length > MaxNameLength)
        {
            throw new ArgumentException("longer than 255 bytes", nameof(hostName));
        }

        return Version == SocksVersion.Socks5
            ? [5, (byte)SocksStatus.Succeeded, 0, 3, (byte)name.Length, .. name, 0, 0]
            : EncodeStatus(Version, SocksStatus.HostUnreachable);
    }

    internal static byte[] EncodeStatus(SocksVersion version, SocksStatus status) => version == SocksVersion.Socks5
        ? [5, (byte)status, 0, 1, 0, 0, 0, 0, 0, 0]
        : [0, status == SocksStatus.Succeeded ? Granted : Rejected, 0, 0, 0, 0, 0, 0];
}
