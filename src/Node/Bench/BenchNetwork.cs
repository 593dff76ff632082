using System.Diagnostics;
using Tunic.Node.Demonstration;
using static Tunic.Node.Bench.BenchTorrc;

namespace Tunic.Node.Bench;

/// <summary>
/// A network of one stock authority, three relays and a client, whose relays and client run the program under measurement. The
/// client's path is fixed: entry, middle, exit.
/// </summary>
internal sealed class BenchNetwork : IBenchNetwork
{
    private readonly BenchServers _servers;
    private BenchProcess? _client;
    private int _clients;

    private BenchNetwork(BenchServers servers) => _servers = servers;

    internal int SocksPort { get; private set; }

    internal BenchProcess Client => _client ?? throw new InvalidOperationException("the client has not been started");

    internal IReadOnlyList<BenchProcess> Relays => _servers.Relays;

    /// <summary>Processor time of client and relays so far, in seconds.</summary>
    internal double CpuSeconds => Client.CpuSeconds + Relays.Sum(relay => relay.CpuSeconds);

    public string LastLines => Client.LastLines;

    /// <summary>Starts the network and waits until a first stream has passed through it.</summary>
    /// <param name="subject">The program under measurement.</param>
    /// <param name="targetPort">Port of the measurement's server.</param>
    /// <param name="cancel">Ends the attempt.</param>
    internal static async Task<BenchNetwork> StartAsync(BenchSubject subject, int targetPort, CancellationToken cancel)
    {
        var network = new BenchNetwork(await BenchServers.StartAsync(subject, ["tor"], 3, cancel));
        try
        {
            await network.StartClientAsync(targetPort, cancel);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Replaces the client by a new one with an empty data directory, and waits for its first byte.</summary>
    /// <returns>Time from start to first byte.</returns>
    internal async Task<TimeSpan> RestartClientAsync(int targetPort, CancellationToken cancel)
    {
        await Client.DisposeAsync();
        return await StartClientAsync(targetPort, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        await _servers.DisposeAsync();
    }

    private async Task<TimeSpan> StartClientAsync(int targetPort, CancellationToken cancel)
    {
        SocksPort = FreePorts.Take(1)[0];
        long startedAt = Stopwatch.GetTimestamp();
        _client = _servers.StartProcess(
            Text($"client{++_clients}"),
            Text($"SocksPort 127.0.0.1:{SocksPort}"),
            "LearnCircuitBuildTimeout 0",
            "ConfluxEnabled 0",
            "StrictNodes 1",
            $"EntryNodes ${_servers.Fingerprints[0]}",
            $"MiddleNodes ${_servers.Fingerprints[1]}",
            $"ExitNodes ${_servers.Fingerprints[2]}");
        await new SocksDialer(SocksPort, "127.0.0.1", targetPort).WaitForFirstByteAsync("first", _client, cancel);
        return Stopwatch.GetElapsedTime(startedAt);
    }
}
