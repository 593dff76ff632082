using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Network.Circuits;

namespace Tunic.Tests.TorRelay.Connections;

/// <summary>Strangers at a real OR port.</summary>
public sealed class RelayListenerTests
{
    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001")] // the start of a ClientHello
    public async Task Whatever_is_not_TLS_is_closed_and_the_port_goes_on(string garbage)
    {
        await using LoopbackRelay relay = LoopbackRelay.Start(options => options with
        {
            Listener = new TlsListenerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(300) },
        });
        using var stranger = new TcpClient();
        await stranger.ConnectAsync(relay.Address);
        await stranger.GetStream().WriteAsync(System.Text.Encoding.Latin1.GetBytes(garbage));

        await AssertClosedAsync(stranger);
        await using var client = new LoopbackClient();
        await using var circuit = await client.BuildAsync(relay.Fast);
    }

    [Fact]
    public async Task Garbage_inside_TLS_closes_the_connection_and_nothing_else()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start();
        await using var client = new LoopbackClient();
        await using var circuit = await client.BuildAsync(relay.Fast);
        using var connector = new TlsConnector(SystemRandomSource.Instance, new TlsConnectorOptions());
        await using ChannelTransport stranger = await connector.ConnectAsync([relay.Address], CancellationToken.None);
        var garbage = new byte[5_000];
        new SeededRandomSource(3).Fill(garbage);

        stranger.Write(garbage);

        var buffer = new byte[ChannelTransport.MinReadLength];
        while (await stranger.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)))
        {
            try
            {
                stranger.Read(buffer);
            }
            catch (IOException)
            {
                break;
            }
        }

        Assert.False(circuit.HasEnded);
    }

    [Fact]
    public async Task Connections_beyond_those_of_one_address_are_closed_at_once()
    {
        int gone = 0;
        var allGone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new LogLines
        {
            Written = line =>
            {
                if (line.StartsWith("an incoming connection from ", StringComparison.Ordinal) && Interlocked.Increment(ref gone) == 3)
                {
                    allGone.TrySetResult();
                }
            },
        };
        await using LoopbackRelay relay = LoopbackRelay.Start(
            options => options with { Connections = new ConnectionLimitOptions { MaxPerAddress = 3 } }, log: log);
        TcpClient[] open = [new(), new(), new()];
        foreach (TcpClient stranger in open)
        {
            await stranger.ConnectAsync(relay.Address);
        }

        using var fourth = new TcpClient();
        await fourth.ConnectAsync(relay.Address);
        await AssertClosedAsync(fourth);

        foreach (TcpClient stranger in open)
        {
            stranger.Dispose();
        }

        await allGone.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await using var client = new LoopbackClient();
        await using OriginCircuit circuit = await client.BuildAsync(relay.Fast);
        Assert.False(circuit.HasEnded);
    }

    [Fact]
    public async Task A_thousand_connections_that_say_nothing_do_not_keep_a_client_out()
    {
        await using LoopbackRelay relay = LoopbackRelay.Start(options => options with
        {
            Connections = new ConnectionLimitOptions { MaxPerAddress = 2_000, RatePerAddress = 10_000, BurstPerAddress = 10_000 },
        });
        Socket[] silent = [.. Enumerable.Range(0, 1_000).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        foreach (Socket socket in silent)
        {
            await socket.ConnectAsync(relay.Address);
        }

        await using var client = new LoopbackClient();
        await using (await client.BuildAsync(relay.Ntor))
        {
        }

        foreach (Socket socket in silent)
        {
            socket.Dispose();
        }
    }

    [Fact]
    public async Task Stopping_ends_every_circuit_and_may_be_asked_for_twice()
    {
        LoopbackRelay relay = LoopbackRelay.Start();
        await using var client = new LoopbackClient();
        await using var circuit = await client.BuildAsync(relay.Ntor);

        await Task.WhenAll(relay.Node.DisposeAsync().AsTask(), relay.Node.DisposeAsync().AsTask());
        await circuit.Completion.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(0, relay.Node.Circuits.Count);
        Assert.All(relay.Node.Channels.All, channel => Assert.True(channel.IsClosed));
        await relay.DisposeAsync();
    }

    [Fact]
    public async Task The_bandwidth_limit_holds_for_all_channels_together()
    {
        const int Rate = 400_000;
        await using var server = new EchoServer();
        var target = new HashSet<IPEndPoint> { server.Address };
        await using LoopbackRelay guard = LoopbackRelay.Start(options => options with { BandwidthRate = Rate, BandwidthBurst = 50_000 });
        await using LoopbackRelay exit = LoopbackRelay.Start(options => options with { Exit = new() { AllowedTargets = target } });
        await using var client = new LoopbackClient();
        await using var circuit = await client.BuildAsync(guard.Ntor, exit.Ntor);
        var stream = new Tunic.Tor.Network.Streams.TorStream(await circuit.ConnectAsync(
            new("127.0.0.1", (ushort)server.Address.Port), continueInline: false, CancellationToken.None));
        long before = guard.Node.Environment.Bandwidth.BytesRead;
        long start = TimeProvider.System.GetTimestamp();

        var content = new byte[300_000];
        Task writing = stream.WriteAsync(content).AsTask();
        await stream.ReadExactlyAsync(content);
        await writing;

        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        double read = guard.Node.Environment.Bandwidth.BytesRead - before;
        Assert.True(read / seconds < Rate * 1.3, $"{read} bytes in {seconds:0.00} s");
    }

    private static async Task AssertClosedAsync(TcpClient connection)
    {
        var buffer = new byte[1_000];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            while (await connection.GetStream().ReadAsync(buffer, limit.Token) > 0)
            {
                // an alert of TLS, perhaps
            }
        }
        catch (IOException)
        {
            // reset: closed too
        }
    }
}
