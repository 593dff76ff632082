using System.Globalization;
using System.Security.Cryptography;

namespace Tunic.Tests.Interop.Support;

/// <summary>Runs a program that knows nothing of proxies under torsocks, which takes over its connections and its name lookups.</summary>
internal static class Torsocks
{
    /// <summary>Fetches a page of a server on 127.0.0.1 with such a curl; returns its SHA-256 in hexadecimal.</summary>
    /// <remarks>torsocks lets nobody connect to 127.0.0.1, so it is given another address (<see cref="AddressMap"/>).</remarks>
    /// <exception cref="InvalidOperationException">curl failed; the message has its words.</exception>
    internal static async Task<string> FetchSha256Async(int socksPort, LoopbackHttpServer server, string path)
    {
        await using var map = new AddressMap(socksPort);
        using var directory = new TestDirectory("torsocks");
        string configuration = Path.Combine(directory.FullPath, "torsocks.conf");
        string page = Path.Combine(directory.FullPath, "page");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"TorAddress 127.0.0.1\nTorPort {map.Port}\n"));
        await PeerProcess.RunAsync(
            "env",
            [
                $"TORSOCKS_CONF_FILE={configuration}", "torsocks", "curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
                "--max-time", "60", "--output", page, "--header", $"Host: 127.0.0.1:{server.Port}", $"http://{AddressMap.Elsewhere}:{server.Port}{path}",
            ],
            TimeSpan.FromSeconds(70));
        Assert.Equal(1, map.Mapped); // it went through the client
        return Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(page)));
    }
}
