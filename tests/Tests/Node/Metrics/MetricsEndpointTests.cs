using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;
using Tunic.Tests.TorRelay;

namespace Tunic.Tests.Node.Metrics;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Instruments_are_served_under_Prometheus_names_with_their_sums()
    {
        await using var endpoint = new MetricsEndpoint(port: 0);
        using var meter = new Meter("Tunic.Tests.Metrics");
        using var stranger = new Meter("Somebody.Else");
        Counter<long> read = meter.CreateCounter<long>("test.read", "By", "Bytes received.");
        meter.CreateObservableUpDownCounter("test.circuits", () => 7, "{circuit}", "Circuits open.");
        Histogram<double> times = meter.CreateHistogram<double>("test.build", "s", "Time to build.");
        Counter<long> other = stranger.CreateCounter<long>("other");
        read.Add(10);
        read.Add(32);
        times.Record(0.5);
        times.Record(1, new KeyValuePair<string, object?>("kind", "a\"b"));
        other.Add(1);
        using var http = new HttpClient();

        string text = await http.GetStringAsync(new Uri($"http://{endpoint.Address}/metrics"));

        Assert.Contains("# HELP test_read_bytes_total Bytes received.\n# TYPE test_read_bytes_total counter\ntest_read_bytes_total 42\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE test_circuits gauge\ntest_circuits 7\n", text, StringComparison.Ordinal);
        Assert.Contains("test_build_seconds_sum 0.5\ntest_build_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("test_build_seconds_sum{kind=\"a\\\"b\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("other", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri($"http://{endpoint.Address}/"))).StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_said_with_the_option_to_change()
    {
        await using var first = new MetricsEndpoint(port: 0);

        CommandException failure = Assert.Throws<CommandException>(() => new MetricsEndpoint(first.Address.Port));

        Assert.Contains("--metrics-port", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whom_the_policy_does_not_name_finds_the_connection_closed()
    {
        await using var endpoint = new MetricsEndpoint(new IPEndPoint(IPAddress.Loopback, 0), peer => !IPAddress.IsLoopback(peer), "MetricsPort");
        using var http = new HttpClient();

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri($"http://{endpoint.Address}/metrics")));
    }

    [Fact]
    public async Task An_accept_that_fails_is_followed_by_another_after_a_pause()
    {
        var time = new ManualTime(DateTime.UnixEpoch);
        int accepts = 0;
        await using MetricsEndpoint endpoint = Listen(
            time,
            (socket, cancel) => accepts++ == 0 ? throw new SocketException((int)SocketError.TooManyOpenSockets) : socket.AcceptAsync(cancel));
        Assert.Equal((1, 1), (accepts, time.Waiting));

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(endpoint));
    }

    [Fact]
    public async Task One_slow_asker_keeps_nobody_waiting()
    {
        await using MetricsEndpoint endpoint = Listen(new ManualTime(DateTime.UnixEpoch));
        using TcpClient slow = await ConnectAsync(endpoint);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(endpoint));
    }

    [Fact]
    public async Task Slow_askers_beyond_the_limit_keep_others_waiting_only_for_the_time_limit()
    {
        var time = new ManualTime(DateTime.UnixEpoch);
        int accepts = 0;
        await using MetricsEndpoint endpoint = Listen(
            time,
            (socket, cancel) =>
            {
                Interlocked.Increment(ref accepts);
                return socket.AcceptAsync(cancel);
            });
        var slow = new List<TcpClient>();
        for (int count = 0; count < MetricsEndpoint.MaxAskers; count++)
        {
            slow.Add(await ConnectAsync(endpoint));
        }

        Assert.True(SpinWait.SpinUntil(() => time.Waiting == MetricsEndpoint.MaxAskers, TimeSpan.FromSeconds(20)));
        Task<HttpStatusCode> waiting = AskAsync(endpoint);
        Assert.Equal(MetricsEndpoint.MaxAskers, Volatile.Read(ref accepts));

        time.Advance(MetricsEndpoint.RequestLimit);

        Assert.Equal(HttpStatusCode.OK, await waiting);
        slow.ForEach(asker => asker.Dispose());
    }

    private static MetricsEndpoint Listen(TimeProvider time, Func<Socket, CancellationToken, ValueTask<Socket>>? accept = null) =>
        new(new IPEndPoint(IPAddress.Loopback, 0), _ => true, "MetricsPort", time, accept);

    private static async Task<TcpClient> ConnectAsync(MetricsEndpoint endpoint)
    {
        var asker = new TcpClient();
        await asker.ConnectAsync(endpoint.Address, TestContext.Current.CancellationToken);
        return asker;
    }

    private static async Task<HttpStatusCode> AskAsync(MetricsEndpoint endpoint)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{endpoint.Address}/metrics"), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
