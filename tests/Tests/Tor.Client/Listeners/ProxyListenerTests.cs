using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Errors;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Socks;

namespace Tunic.Tests.Tor.Client.Listeners;

public sealed class ProxyListenerTests
{
    private static readonly byte[] Greeting = [5, 1, 0];

    [Fact]
    public async Task A_port_in_use_is_said_with_the_option_to_change()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var endPoint = (IPEndPoint)other.LocalEndPoint!;
        await using var opener = new LoopbackOpener();
        await using var listener = new SocksListener(
            opener, new SocksListenerOptions { EndPoint = endPoint, OptionName = "SocksPort" }, TimeProvider.System, new LogLines());

        ListenerException failure = Assert.Throws<ListenerException>(listener.Start);

        Assert.Equal(ErrorKind.Configuration, failure.Kind);
        Assert.Equal($"cannot listen on {endPoint}: another program uses it; choose another address or port with SocksPort", failure.Message);
    }

    [Fact]
    public async Task A_port_listens_on_loopback_by_default_and_warns_elsewhere()
    {
        await using ListenerFixture<SocksListener> usual = ListenerFixture.Socks();
        await using ListenerFixture<SocksListener> open = ListenerFixture.Socks(
            new SocksListenerOptions { EndPoint = new IPEndPoint(IPAddress.Any, 0), OptionName = "SocksPort" });

        Assert.Equal(IPAddress.Loopback, usual.Listener.LocalEndPoint.Address);
        Assert.NotEqual(0, usual.Listener.LocalEndPoint.Port);
        Assert.Empty(usual.Log.Warnings);
        Assert.Contains("SocksPort is open to other machines", Assert.Single(open.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_those_at_the_limit_work()
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new SocksListenerOptions { MaxConnections = 2, OptionName = "SocksPort" });
        await using Application first = await port.ConnectAsync();
        await using Application second = await port.ConnectAsync();
        await port.Opener.Changes.UntilAsync(() => port.Listener.ConnectionCount == 2, "two connections");
        await using Application third = await port.ConnectAsync();

        Assert.Empty(await third.ReceiveAllAsync());
        await second.SendAsync(Greeting);
        Assert.Equal([5, 0], await second.ReceiveAsync(2));
        Assert.Contains("SocksPort has 2 connections", Assert.Single(port.Log.Warnings), StringComparison.Ordinal);

        first.Abort();
        await port.Opener.Changes.UntilAsync(() => port.Listener.ConnectionCount == 1, "one connection");
        await using Application fourth = await port.ConnectAsync();
        await fourth.SendAsync(Greeting);
        Assert.Equal([5, 0], await fourth.ReceiveAsync(2));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_handshake_that_does_not_go_on_is_closed(int sent)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(
            new SocksListenerOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(150) });
        await using Application slow = await port.ConnectAsync();
        await slow.SendAsync(Greeting.AsMemory(0, sent));

        Assert.Equal(sent == 3 ? 2 : 0, (await slow.ReceiveAllAsync()).Length);
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Dispose_ends_connections_in_every_state_and_may_be_repeated()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using Application silent = await port.ConnectAsync();
        await using Application halfway = await port.ConnectAsync();
        await halfway.SendAsync(Greeting);
        await halfway.ReceiveAsync(2);
        await using Application open = await port.ConnectAsync();
        await open.SendAsync(SocksClient.Request5("host.example", echo.Port));
        await open.ReceiveAsync(SocksClient.Reply5Length);
        port.Opener.BeforeOpen = (_, cancel) => Task.Delay(Timeout.Infinite, cancel);
        await using Application waiting = await port.ConnectAsync();
        await waiting.SendAsync(SocksClient.Request5("host.example", echo.Port));
        await port.Opener.Changes.UntilAsync(() => port.Opener.Requests.Count == 2, "the second stream is asked for");

        await port.Listener.DisposeAsync();
        await port.Listener.DisposeAsync();

        Assert.Equal(0, port.Listener.ConnectionCount);
        foreach (Application application in new[] { silent, halfway, open, waiting })
        {
            await application.ReceiveAllAsync();
        }

        await Assert.ThrowsAsync<SocketException>(port.ConnectAsync);
    }

    [Fact]
    public async Task Dispose_ends_a_tunnel_whose_both_ends_are_stuck()
    {
        // the target takes nothing, the application takes nothing: all windows and buffers are full
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using var target = new TargetServer(async (stream, cancel) =>
        {
            var chunk = new byte[65_536];
            while (!cancel.IsCancellationRequested)
            {
                await stream.WriteAsync(chunk, cancel);
            }
        });
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5("host.example", target.Port));
        await application.ReceiveAsync(SocksClient.Reply5Length);
        Task flooding = application.SendAsync(new byte[64 << 20]);
        await port.Opener.Changes.UntilAsync(() => port.Opener.IsStuck, "all windows are closed");

        await port.Listener.DisposeAsync();

        Assert.Equal(0, port.Listener.ConnectionCount);
        await Assert.ThrowsAnyAsync<Exception>(() => flooding);
        await port.Opener.Changes.UntilAsync(() => port.Opener.StreamCount == 0, "the stream is closed");
    }

    [Fact]
    public async Task Applications_that_leave_at_any_point_leave_nothing_behind()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        byte[] request = SocksClient.Request5("host.example", echo.Port);
        for (int sent = 0; sent <= request.Length; sent++)
        {
            foreach (bool abruptly in new[] { true, false })
            {
                Application application = await port.ConnectAsync();
                await application.SendAsync(request.AsMemory(0, sent));
                if (abruptly)
                {
                    application.Abort();
                }

                await application.DisposeAsync();
            }
        }

        await port.IsQuietAsync();
        int before = port.Opener.Requests.Count;
        port.Opener.BeforeOpen = (_, cancel) => Task.Delay(Timeout.Infinite, cancel);
        Application waiting = await port.ConnectAsync();
        await waiting.SendAsync(request);
        await port.Opener.Changes.UntilAsync(() => port.Opener.Requests.Count > before, "the stream is asked for");
        await waiting.DisposeAsync();
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Five_hundred_connections_at_once_get_their_own_bytes_back()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();

        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => Task.Run(async () =>
        {
            var sent = new byte[20_000];
            new Random(number).NextBytes(sent);
            await using Application application = await port.ConnectAsync();
            await application.SendAsync(SocksClient.Request5($"host{number % 7}.example", echo.Port));
            Assert.Equal(0, (await application.ReceiveAsync(SocksClient.Reply5Length))[3]);
            Task sending = application.SendAsync(sent);
            Assert.Equal(sent, await application.ReceiveAsync(sent.Length));
            await sending;
        })));

        await port.IsQuietAsync();
        Assert.Equal(500, echo.Accepted);
        Assert.Equal(1, port.Opener.CircuitCount);
    }
}
