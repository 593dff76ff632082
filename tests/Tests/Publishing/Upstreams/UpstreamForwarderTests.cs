using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Time;
using Tunic.Publishing.Traffic;
using Tunic.Publishing.Upstreams;
using Tunic.Tests.Node;
using Tunic.Tests.Publishing.Support;
using Tunic.Tests.Tor.Client.Listeners.Support;

namespace Tunic.Tests.Publishing.Upstreams;

/// <summary>Servers that are there already, published byte for byte.</summary>
public sealed class UpstreamForwarderTests : IAsyncDisposable
{
    private const int Length = 1 << 20;

    private readonly MemoryOverlay _overlay = new();
    private readonly CancellationTokenSource _stop = new();
    private MeteredListener? _listener;
    private Task _running = Task.CompletedTask;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static byte[] Content { get; } = [.. Enumerable.Range(0, Length).Select(number => (byte)(number * 7 / 5))];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        await _listener!.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_go_both_ways_and_are_counted()
    {
        await using TargetServer server = TargetServer.Echo();
        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false));
        Stream visit = await ConnectAsync();

        Task sending = visit.WriteAsync(Content, Cancel).AsTask();
        var received = new byte[Length];
        await visit.ReadExactlyAsync(received, Cancel);
        await sending;

        Assert.Equal(Content, received);
        Assert.Equal((1, 1, Length, Length), (_listener!.Accepted, _listener.Open, _listener.BytesReceived, _listener.BytesSent));
        await visit.DisposeAsync();
        await Simulation.Eventually.HoldsAsync(() => _listener.Open == 0);
    }

    [Fact]
    public async Task All_that_the_server_has_sent_arrives_when_it_closes_behind_it()
    {
        await using var server = new TargetServer(async (stream, cancel) => await stream.WriteAsync(Content, cancel));
        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false));
        await using Stream visit = await ConnectAsync();

        Assert.Equal(Content, await ReadToEndAsync(visit));
    }

    [Fact]
    public async Task All_that_a_visitor_has_sent_arrives_when_he_goes_behind_it()
    {
        var received = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new TargetServer(async (stream, cancel) =>
        {
            await stream.WriteAsync("something that nobody reads"u8.ToArray(), cancel);
            received.SetResult(await ReadToEndAsync(stream));
        });
        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false));
        await using (Stream visit = await ConnectAsync())
        {
            await visit.WriteAsync(Content, Cancel);
        }

        Assert.Equal(Content, await received.Task.WaitAsync(OnionVisitor.Limit, Cancel));
    }

    [Fact]
    public async Task A_socket_of_a_path_is_reached()
    {
        using var directory = new TemporaryDirectory();
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(directory["socket"]));
        server.Listen();
        await StartAsync(Upstream.Parse($"unix:{directory["socket"]}"));
        await using Stream visit = await ConnectAsync();

        using Socket connected = await server.AcceptAsync(Cancel);
        await connected.SendAsync("hello"u8.ToArray(), Cancel);
        connected.Dispose();

        Assert.Equal("hello"u8.ToArray(), await ReadToEndAsync(visit));
    }

    [Theory]
    [InlineData(true, "HTTP/1.1 502 ")]
    [InlineData(false, "")]
    public async Task A_visitor_is_told_when_the_server_is_away_and_the_next_finds_it_again(bool isHttp, string told)
    {
        ushort port;
        await using (TargetServer before = TargetServer.Echo())
        {
            port = before.Port;
        }

        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, port), isHttp));
        await using Stream visit = await ConnectAsync();
        string answer = Encoding.ASCII.GetString(await ReadToEndAsync(visit));

        Assert.StartsWith(told, answer, StringComparison.Ordinal);
        Assert.Equal(isHttp, answer.Length > 0);
    }

    [Fact]
    public async Task Streams_that_are_open_end_when_the_forwarder_is_stopped()
    {
        await using TargetServer server = TargetServer.Echo();
        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false));
        await using Stream visit = await ConnectAsync();

        await _stop.CancelAsync();
        await _running.WaitAsync(OnionVisitor.Limit, Cancel);

        Assert.Empty(await ReadToEndAsync(visit));
    }

    [Fact]
    public async Task No_more_visitors_are_joined_at_once_than_the_limit_says()
    {
        await using TargetServer server = TargetServer.Echo();
        await StartAsync(new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false), maxConnections: 1);
        Stream first = await ConnectAsync();

        Task<Stream> second = ConnectAsync();

        Assert.Equal(1, _listener!.Accepted);
        await first.DisposeAsync();
        await (await second.WaitAsync(OnionVisitor.Limit, Cancel)).DisposeAsync();
    }

    private async Task StartAsync(Upstream upstream, int maxConnections = UpstreamForwarder.DefaultMaxConnections)
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        _listener = new MeteredListener(await _overlay.ListenAsync(key, 22, Cancel));
        _running = new UpstreamForwarder(upstream, NullLogger.Instance, maxConnections).RunAsync(_listener, _stop.Token);
    }

    private Task<Stream> ConnectAsync() => _overlay.ConnectAsync(_listener!.Address, IsolationKey.None, Cancel);

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, Cancel).WaitAsync(OnionVisitor.Limit, Cancel);
        return received.ToArray();
    }
}
