using Tunic.Node.Demonstration;
using static Tunic.Node.Bench.BenchTorrc;

namespace Tunic.Node.Bench;

/// <summary>An authority, five relays, a client and a process with an onion service, all of the program under measurement.</summary>
internal sealed class OnionBenchNetwork : IBenchNetwork
{
    private const int RelayCount = 5;

    private readonly BenchServers _servers;
    private BenchProcess? _client;
    private BenchProcess? _service;
    private int _started;

    private OnionBenchNetwork(BenchServers servers) => _servers = servers;

    /// <summary>SOCKS port of the client.</summary>
    internal int SocksPort { get; private set; }

    internal BenchProcess Client => _client ?? throw new InvalidOperationException("the client has not been started");

    internal BenchProcess Service => _service ?? throw new InvalidOperationException("the service has not been started");

    /// <summary>The log in to the service's process; it is told of HS_DESC.</summary>
    internal BenchController? Controller { get; private set; }

    /// <summary>Processor time of all processes so far, in seconds.</summary>
    internal double CpuSeconds =>
        _servers.Authority.CpuSeconds + _servers.Relays.Sum(relay => relay.CpuSeconds) + Client.CpuSeconds + Service.CpuSeconds;

    public string LastLines => $"{_client?.LastLines}\n{_service?.LastLines}";

    internal static async Task<OnionBenchNetwork> StartAsync(BenchSubject subject, CancellationToken cancel) =>
        new(await BenchServers.StartAsync(subject, subject.Program, RelayCount, cancel));

    /// <summary>Replaces the client by a new one with an empty data directory, and waits until it is ready.</summary>
    internal async Task RestartClientAsync(CancellationToken cancel)
    {
        await EndAsync(_client);
        int[] ports = FreePorts.Take(2);
        SocksPort = ports[0];
        _client = _servers.StartProcess(
            Text($"client{++_started}"), Text($"SocksPort 127.0.0.1:{SocksPort}"), Text($"ControlPort 127.0.0.1:{ports[1]}"), "CookieAuthentication 0");
        using BenchController controller = await BenchController.ConnectAsync(ports[1], _client, cancel);
        await controller.WaitForBootstrapAsync(cancel);
    }

    /// <summary>Replaces the service by a new one with an empty data directory and a new address, and waits until its descriptors are uploaded.</summary>
    /// <param name="targetPort">To which its port 80 leads.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Its address.</returns>
    internal async Task<string> RestartServiceAsync(int targetPort, CancellationToken cancel)
    {
        Controller?.Dispose();
        await EndAsync(_service);
        int port = FreePorts.Take(1)[0];
        string name = Text($"service{++_started}");
        string folder = _servers.NewFolder(name + "-keys");
        _service = _servers.StartProcess(
            name,
            "SocksPort 0",
            Text($"ControlPort 127.0.0.1:{port}"),
            "CookieAuthentication 0",
            $"HiddenServiceDir {folder}",
            Text($"HiddenServicePort 80 127.0.0.1:{targetPort}"));
        Controller = await BenchController.ConnectAsync(port, _service, cancel);
        await Controller.SendAsync("SETEVENTS HS_DESC", cancel);
        await Controller.WaitUntilUploadedAsync(null, cancel);
        return (await File.ReadAllTextAsync(Path.Combine(folder, "hostname"), cancel)).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        Controller?.Dispose();
        await EndAsync(_client);
        await EndAsync(_service);
        await _servers.DisposeAsync();
    }

    private static ValueTask EndAsync(BenchProcess? process) => process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
