using System.Globalization;
using System.Net;

namespace Tunic.Tests.Interop.Support;

/// <summary>Finds out through which exit a client reaches a server, by who holds the other end of the server's connection.</summary>
internal static class ExitInUse
{
    /// <param name="socksPort">Of the client.</param>
    /// <param name="user">SOCKS user name, which decides about the circuit.</param>
    /// <param name="server">Is asked for a page; the connection lasts until the exit is known.</param>
    /// <param name="exits">Those it may be.</param>
    internal static async Task<StockTorNode> FindAsync(int socksPort, string user, LoopbackHttpServer server, IReadOnlyList<StockTorNode> exits)
    {
        var proxy = new WebProxy(string.Create(CultureInfo.InvariantCulture, $"socks5://127.0.0.1:{socksPort}"))
        {
            Credentials = new NetworkCredential(user, "secret"),
        };
        using var http = new HttpClient(new SocketsHttpHandler { Proxy = proxy }) { Timeout = TimeSpan.FromSeconds(60) };
        int port = int.Parse(await http.GetStringAsync(new Uri(server.Url("/port"))), CultureInfo.InvariantCulture);
        PeerProcess? owner = ProcessSockets.FindOwner(port, exits.Select(exit => exit.Process));
        return exits.FirstOrDefault(exit => exit.Process == owner) ?? throw new InvalidOperationException($"no exit has port {port}");
    }
}
