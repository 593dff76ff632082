using System.Net;
using System.Security.Cryptography;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.Interop.Relays;

/// <summary>Our client through relays of ours and stock's in turn, without anybody having to know ours.</summary>
public sealed class RelayBetweenStockRelaysTests(SharedStockNetwork shared)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stock_middle_joins_our_guard_and_our_exit(bool cgo)
    {
        StockTorNetwork network = await shared.GetAsync();
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        var target = new IPEndPoint(IPAddress.Loopback, server.Port);
        await using LoopbackRelay guard = LoopbackRelay.Start();
        await using LoopbackRelay exit = LoopbackRelay.Start(
            options => options with { Exit = new ExitOptions { AllowedTargets = new HashSet<IPEndPoint> { target } } });
        await using var client = new LoopbackClient();
        int logged = network.Relays[0].Log.Count;
        HopTarget middle = await StockHop.ReadAsync(network, network.Relays[0], cgo);

        await using OriginCircuit circuit = await client.BuildAsync(cgo ? guard.Cgo : guard.Ntor, middle, cgo ? exit.Cgo : exit.Congestion);
        CircuitStream stream = await circuit.ConnectAsync(new Begin("127.0.0.1", (ushort)server.Port), continueInline: false, CancellationToken.None);
        byte[] page = await GetAsync(new TorStream(stream), 3_000_000);

        Assert.Equal(
            Convert.ToHexString(SHA256.HashData(LoopbackHttpServer.Content(3_000_000))), Convert.ToHexString(SHA256.HashData(page)));
        Assert.DoesNotContain(network.Relays[0].Log.Skip(logged), IsAboutUs);
    }

    /// <summary>A warning, save for those that stock clients cause in networks as small as this one by going there and back.</summary>
    private static bool IsAboutUs(string line) =>
        line.Contains("[warn]", StringComparison.Ordinal)
        && !line.Contains("extend back to the previous hop", StringComparison.Ordinal)
        && !line.Contains("connection_edge_process_relay_cell", StringComparison.Ordinal);

    private static async Task<byte[]> GetAsync(TorStream stream, int length)
    {
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /bytes/{length} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"));
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        byte[] all = answer.ToArray();
        int start = all.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return all[start..];
    }
}
