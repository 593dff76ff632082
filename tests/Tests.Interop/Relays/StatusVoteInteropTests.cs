using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Relays;

/// <summary>What an authority serves below /tor/status-vote/, of ours and of stock's, before, while and after they vote.</summary>
public sealed class StatusVoteInteropTests
{
    private const string Prefix = "/tor/status-vote/";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Every_url_is_served_when_stock_serves_it_and_missing_when_stock_has_none()
    {
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions { Authorities = 3, Relays = 0, Exits = 0, Clients = 0 });
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions { Authorities = 3 });
        int[] ports = [stock.Authorities[0].DirPort, ours.Authorities[0].DirPort];
        string[] identities =
        [
            stock.DirAuthorityLines[0].Split("v3ident=")[1].Split(' ')[0],
            ours.DirAuthorityLines[0].Split("v3ident=")[1].Split(' ')[0],
        ];

        await Task.WhenAll(ports.Zip(identities, AssertServesAsync));
    }

    private static async Task AssertServesAsync(int port, string identity)
    {
        // Of the last vote and consensus, which stay. Signatures are taken for an unknown flavour, and the plain consensus is served.
        foreach (string path in new[] { "current/authority", $"current/{identity}", "current/consensus", "current/consensus-microdesc", "current/consensus-signatures", "next/bandwidth" })
        {
            await WaitForAsync(port, path, 200);
        }

        string vote = (await AskAsync(port, "current/authority")).Text;
        Assert.StartsWith("network-status-version 3\nvote-status vote\n", vote, StringComparison.Ordinal);
        Assert.Matches(@"^\d+\nnode_id=", (await AskAsync(port, "next/bandwidth")).Text);
        foreach (string path in new[] { "current/d/", "next/d/" })
        {
            await Deadline.UntilAsync( // the next vote may take the place of the one that was asked for
                string.Create(CultureInfo.InvariantCulture, $"port {port} serves a vote of the consensus by {path}DIGEST"),
                Limit,
                async () => (await AskAsync(port, path + await ReadVoteDigestAsync(port))).Text.Contains("vote-status vote", StringComparison.Ordinal));
        }

        // Of the vote under way: there for some seconds of each interval, and gone when it is over.
        foreach (string path in new[] { "next/authority", $"next/{identity}", "next/consensus", "next/consensus-signatures" })
        {
            await WaitForAsync(port, path, 200);
            await WaitForAsync(port, path, 404);
        }

        string zeros = new('0', 40);
        foreach (string path in new[] { "current/bandwidth", $"current/{zeros}", $"next/{zeros}", $"next/d/{zeros}", "current/", "next/", "next/nonsense" })
        {
            Assert.True(await AskStatusAsync(port, path) == 404, path);
        }
    }

    /// <summary>Votes are named by their digests in the consensus.</summary>
    private static async Task<string> ReadVoteDigestAsync(int port)
    {
        string consensus = (await AskAsync(port, "current/consensus")).Text;
        return consensus.Split('\n').First(line => line.StartsWith("vote-digest ", StringComparison.Ordinal)).Split(' ')[1];
    }

    private static Task WaitForAsync(int port, string path, int status) => Deadline.UntilAsync(
        string.Create(CultureInfo.InvariantCulture, $"port {port} answers {path} with {status}"),
        Limit,
        async () => await AskStatusAsync(port, path) == status);

    private static async Task<int> AskStatusAsync(int port, string path) =>
        int.Parse((await AskAsync(port, path)).Head[0].Split(' ')[1], CultureInfo.InvariantCulture);

    private static Task<RawHttp> AskAsync(int port, string path) => RawHttp.SendAsync(port, $"GET {Prefix}{path} HTTP/1.0\r\n\r\n");
}
