using System.Net;
using System.Security.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay;

/// <summary>Our client through three relays of ours, over real TLS on 127.0.0.1.</summary>
public sealed class RelayTransferTests
{
    [Theory]
    [InlineData("fast, ntor, ntor")]
    [InlineData("ntor, v3, v3")]
    [InlineData("ntor, ntor, congestion")]
    [InlineData("ntor, ntor, cgo")]
    [InlineData("cgo, cgo, cgo")]
    public async Task Four_megabytes_come_back_whole_through_three_relays(string handshakes)
    {
        await using var server = new EchoServer();
        await using LoopbackRelay guard = LoopbackRelay.Start();
        await using LoopbackRelay middle = LoopbackRelay.Start();
        await using LoopbackRelay exit = LoopbackRelay.Start(options => Exit(options, server.Address));
        await using var client = new LoopbackClient();
        LoopbackRelay[] relays = [guard, middle, exit];
        HopTarget[] path = [.. handshakes.Split(", ").Zip(relays, (kind, relay) => Target(relay, kind))];

        await using OriginCircuit circuit = await client.BuildAsync(path);
        CircuitStream stream = await circuit.ConnectAsync(
            new Begin("127.0.0.1", (ushort)server.Address.Port), continueInline: false, CancellationToken.None);
        var content = new byte[4 << 20];
        new SeededRandomSource(7).Fill(content);
        byte[] returned = await EchoAsync(new TorStream(stream), content);

        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), Convert.ToHexString(SHA256.HashData(returned)));
        Connected answer = Connected.Decode(await stream.Answer);
        Assert.Equal(IPAddress.Loopback, answer.Address);
        Assert.Equal(1800u, answer.TimeToLive);
    }

    [Fact]
    public async Task A_directory_stream_reaches_the_handler_of_the_last_hop()
    {
        DirectoryStreamOrigin? seen = null;
        await using LoopbackRelay relay = LoopbackRelay.Start(connect: sources => sources with
        {
            Directory = async (stream, origin, cancel) =>
            {
                seen = origin;
                var request = new byte[5];
                await stream.ReadExactlyAsync(request, cancel);
                await stream.WriteAsync(request.Reverse().ToArray(), cancel);
            },
        });
        await using var client = new LoopbackClient();
        await using OriginCircuit circuit = await client.BuildAsync(relay.Fast);

        await using TorStream stream = circuit.OpenDirectory();
        await stream.WriteAsync("hello"u8.ToArray());
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer);

        Assert.Equal("olleh"u8.ToArray(), answer);
        Assert.Equal(new DirectoryStreamOrigin(IPAddress.Loopback, IsFirstHop: true), seen);
        Assert.Equal(0, await stream.ReadAsync(new byte[1]));
    }

    private static RelayOptions Exit(RelayOptions options, IPEndPoint target) =>
        options with { Exit = new ExitOptions { Policy = ExitPolicy.RejectAll, AllowedTargets = new HashSet<IPEndPoint> { target } } };

    private static HopTarget Target(LoopbackRelay relay, string kind) => kind switch
    {
        "fast" => relay.Fast,
        "ntor" => relay.Ntor,
        "v3" => relay.NtorV3,
        "congestion" => relay.Congestion,
        _ => relay.Cgo,
    };

    private static async Task<byte[]> EchoAsync(TorStream stream, byte[] content)
    {
        Task writing = Task.Run(async () => await stream.WriteAsync(content));
        var returned = new byte[content.Length];
        await stream.ReadExactlyAsync(returned);
        await writing;
        return returned;
    }
}
