using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Programs;

/// <summary>MetricsPort of `tunic tor`.</summary>
public sealed class MetricsPortTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new("tunic-metrics");

    [Fact]
    public async Task The_metrics_of_a_relay_are_served_to_those_whom_the_policy_names_and_to_nobody_else()
    {
        using var http = new HttpClient();
        (Uri open, PeerProcess relay) = await StartAsync("open", "MetricsPortPolicy accept 127.0.0.1");
        await using PeerProcess first = relay;
        string text = await http.GetStringAsync(open);
        Assert.Contains("\ntor_relay_circuits 0\n", text, StringComparison.Ordinal);
        Assert.Contains("\ntor_client_circuits 0\n", text, StringComparison.Ordinal);

        (Uri silent, relay) = await StartAsync("silent");
        await using PeerProcess second = relay;
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(silent));
    }

    public void Dispose() => _directory.Dispose();

    private async Task<(Uri Metrics, PeerProcess Relay)> StartAsync(string name, params string[] lines)
    {
        int[] ports = LoopbackPorts.Take(3);
        PeerProcess relay = TunicProgram.StartTor(
            _directory.Make(name),
            [
                "TestingTorNetwork 1", "SocksPort 0", "Address 127.0.0.1", "AssumeReachable 1", "PublishServerDescriptor 0",
                Text($"DirAuthority none orport={ports[0]} no-v2 v3ident={new string('A', 40)} 127.0.0.1:{ports[0]} {new string('A', 40)}"),
                Text($"ORPort 127.0.0.1:{ports[1]}"), Text($"MetricsPort {ports[2]}"), .. lines,
            ]);
        await relay.WaitForLineAsync(Text($"Opened Metrics listener connection (ready) on 127.0.0.1:{ports[2]}"), Limit);
        await relay.WaitForLineAsync("Opened OR listener", Limit);
        return (new Uri(Text($"http://127.0.0.1:{ports[2]}/metrics")), relay);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
