using System.Net;
using System.Text;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>What SOCKS clients send, all messages of a handshake at once.</summary>
internal static class SocksClient
{
    /// <summary>Method choice and the reply with an IPv4 address.</summary>
    internal const int Reply5Length = 2 + 10;

    internal const int Reply4Length = 8;

    internal static byte[] Request5(string host, int port, byte command = 1) =>
        [5, 1, 0, 5, command, 0, .. IsAddress(host) ? Address(IPAddress.Parse(host)) : Name(host), .. Port(port)];

    internal static byte[] Request5(string host, int port, string user, string password) =>
    [
        5, 1, 2, 1, (byte)user.Length, .. Encoding.Latin1.GetBytes(user), (byte)password.Length, .. Encoding.Latin1.GetBytes(password),
        5, 1, 0, .. Name(host), .. Port(port),
    ];

    internal static byte[] Request4(IPAddress address, int port, string user = "", byte command = 1) =>
        [4, command, .. Port(port), .. address.GetAddressBytes(), .. Encoding.Latin1.GetBytes(user), 0];

    internal static byte[] Request4a(string host, int port, string user = "", byte command = 1) =>
        [4, command, .. Port(port), 0, 0, 0, 1, .. Encoding.Latin1.GetBytes(user), 0, .. Encoding.Latin1.GetBytes(host), 0];

    private static bool IsAddress(string host) => host.Contains(':', StringComparison.Ordinal) || (host.Split('.').Length == 4 && IPAddress.TryParse(host, out _));

    private static byte[] Name(string host) => [3, (byte)host.Length, .. Encoding.Latin1.GetBytes(host)];

    private static byte[] Address(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return [(byte)(bytes.Length == 4 ? 1 : 4), .. bytes];
    }

    private static byte[] Port(int port) => [(byte)(port >> 8), (byte)port];
}
