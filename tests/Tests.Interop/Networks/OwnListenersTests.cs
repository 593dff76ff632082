using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>An exit whose policy accepts everything, private addresses and relays' ports too, with every kind of listener in its process.</summary>
public sealed class OwnListenersTests
{
    private const int Length = 1_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task An_exit_connects_to_everything_that_its_policy_accepts_but_not_to_the_listeners_of_its_own_process()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions
        {
            Relays = 2,
            AuthorityLines = ["ConsensusParams allow-network-reentry=1"],
        });
        int[] own = LoopbackPorts.Take(5);
        TunicTorNode exit = await network.AddExitAsync(
            "ExitPolicyRejectPrivate 0", "ExitPolicy accept *:*", Text($"SocksPort {own[0]}"), Text($"HTTPTunnelPort 0.0.0.0:{own[1]}"),
            Text($"DNSPort {own[2]}"), Text($"DirPort 127.0.0.1:{own[3]}"), Text($"MetricsPort {own[4]}"), "MetricsPortPolicy accept 127.0.0.1");
        await Deadline.UntilAsync(
            "the exit is in the consensus", Limit, async () => (await network.GetRunningRelaysAsync()).Contains(exit.Fingerprint));
        TunicTorNode client = network.AddClient("ClientRejectInternalAddresses 0");
        await client.WaitForBootstrapAsync(Limit);
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
        await using PeerProcess metrics = PeerProcess.Start("curl", ["--silent", Text($"http://127.0.0.1:{own[4]}/metrics")]);
        await metrics.WaitForExitAsync(Limit);
        Assert.Contains(metrics.Lines, line => line.StartsWith("tor_relay_streams_refused", StringComparison.Ordinal));
    }

    /// <summary>Somebody listens there: what the exit refuses would otherwise have been opened.</summary>
    private static async Task AssertListensAsync(int port)
    {
        using var direct = new TcpClient();
        await direct.ConnectAsync(IPAddress.Loopback, port);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
