using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>An exit whose policy accepts everything, private addresses and relays' ports too, with every kind of listener in its process.</summary>
public sealed class OwnListenersTests
{
    private const int Length = 1_000;

    [Fact]
    public async Task An_exit_connects_to_everything_that_its_policy_accepts_but_not_to_the_listeners_of_its_own_process()
    {
        int[] own = LoopbackPorts.Take(5);
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions
        {
            Relays = 3,
            Exits = 1,
            Clients = 1,
            AuthorityLines = ["ConsensusParams allow-network-reentry=1"],
            ExitLines =
            [
                "ExitPolicyRejectPrivate 0", "ExitPolicy accept *:*", Text($"SocksPort {own[0]}"), Text($"HTTPTunnelPort 0.0.0.0:{own[1]}"),
                Text($"DNSPort {own[2]}"), Text($"DirPort 127.0.0.1:{own[3]}"), Text($"MetricsPort {own[4]}"), "MetricsPortPolicy accept 127.0.0.1",
            ],
        });
        TunicTorNode client = network.Clients[0];
        TunicTorNode exit = network.Exits[0];
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();

        foreach (int port in own.Append(exit.OrPort))
        {
            await AssertListensAsync(port);
            foreach (string host in new[] { "127.0.0.1", "0.0.0.0", "localhost" })
            {
                Assert.NotEqual(0, await SocksQuestion.ConnectAsync(client.SocksPort, host, port));
            }

            // The exit still serves others: it was the rule that refused, and not a client that gave the exit up.
            CurlResult page = await Curl.ThroughSocks5(client.SocksPort).GetAsync(server.Url($"/bytes/{Length}"));
            Assert.True(page.HttpStatus == 200, page.Output);
        }

        Assert.Equal(0, await SocksQuestion.ConnectAsync(client.SocksPort, "127.0.0.1", network.Authorities[0].DirPort)); // of another process
    }

    /// <summary>Somebody listens there: what the exit refuses would otherwise have been opened.</summary>
    private static async Task AssertListensAsync(int port)
    {
        using var direct = new TcpClient();
        await direct.ConnectAsync(IPAddress.Loopback, port);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
