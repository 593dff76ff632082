using System.Diagnostics.Metrics;
using System.Net;
using Tunic.Node.Metrics;
using Tunic.Node.Processes;

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
}
