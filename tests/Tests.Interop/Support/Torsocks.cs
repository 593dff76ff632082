using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Tunic.Tests.Interop.Support;

/// <summary>Runs a program that knows nothing of proxies under torsocks, which takes over its connections and its name lookups.</summary>
internal static class Torsocks
{
    /// <summary>An address of this machine that is not loopback, which torsocks lets nobody connect to; null when there is none.</summary>
    internal static IPAddress? FindTargetAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(each => each.Address))
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork);

    /// <summary>Fetches a page with such a curl; returns its SHA-256 in hexadecimal.</summary>
    /// <exception cref="InvalidOperationException">curl failed; the message has its words.</exception>
    internal static async Task<string> FetchSha256Async(int socksPort, string url)
    {
        using var directory = new TestDirectory("torsocks");
        string configuration = Path.Combine(directory.FullPath, "torsocks.conf");
        string page = Path.Combine(directory.FullPath, "page");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"TorAddress 127.0.0.1\nTorPort {socksPort}\n"));
        await PeerProcess.RunAsync(
            "env",
            [
                $"TORSOCKS_CONF_FILE={configuration}", "torsocks", "curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
                "--max-time", "60", "--output", page, url,
            ],
            TimeSpan.FromSeconds(70));
        return Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(page)));
    }
}
