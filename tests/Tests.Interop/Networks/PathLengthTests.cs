using System.Text;
using Tunic.Primitives.Overlay;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Client;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Circuits of each length that can be chosen, through relays of ours.</summary>
public sealed class PathLengthTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Circuits_of_two_three_five_and_eight_hops_carry_traffic()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Relays = 7, Exits = 2 });
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        foreach (int hops in new[] { 2, 3, 5, 8 })
        {
            await using var ours = new ClientInProcess(network.DirAuthorityLines, new ClientOptions { PathLength = hops });
            IReadOnlyList<Relay>? path = null;
            ours.Client.StreamOpened += (_, taken) => path = taken;
            ours.Client.Start();
            await ours.Client.Bootstrapped.WaitAsync(Limit, TestContext.Current.CancellationToken);

            string page = await GetAsync(ours.Client, server);

            Assert.Contains("200", page.Split("\r\n")[0], StringComparison.Ordinal);
            Assert.True(page.Length > 100_000, $"{page.Length} bytes");
            Assert.Equal(hops, path!.Count);
            Assert.Equal(hops, path.Select(relay => relay.RsaIdentity).Distinct().Count());
            Assert.Equal(hops < 3, ours.Log.Warnings.Any(line => line.Contains("are not anonymous", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("9")]
    public async Task Other_lengths_are_refused_on_the_command_line(string hops)
    {
        using var data = new TestDirectory("tunic-hops");
        await using PeerProcess tunic = TunicProgram.Start("client", "--hops", hops, "--data", data.FullPath);

        Assert.Equal(1, await tunic.WaitForExitAsync(Limit));
        Assert.Contains($"tunic: --hops {hops}: a circuit has 2 to 8 hops.", tunic.Lines);
    }

    private static async Task<string> GetAsync(TorClient client, LoopbackHttpServer server)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using Stream stream = await client.ConnectAsync(new HostAndPort("127.0.0.1", (ushort)server.Port), IsolationKey.None, limit.Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /bytes/100000 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"), limit.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, limit.Token);
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
