using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>A `tunic tor` with one onion service, in a stock network.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly TestDirectory _directory = new("tunic-service");
    private readonly StockTorNetwork _network;
    private readonly string[] _lines;
    private PeerProcess? _process;

    private ServiceProcess(StockTorNetwork network, string? directory, string[] lines)
    {
        ServiceDirectory = directory ?? Path.Combine(_directory.FullPath, "service");
        (_network, _lines) = (network, lines);
    }

    /// <summary>The HiddenServiceDir.</summary>
    internal string ServiceDirectory { get; }

    internal string Address => File.ReadAllText(Path.Combine(ServiceDirectory, "hostname")).Trim();

    internal PeerProcess Process => _process ?? throw new InvalidOperationException("it has not been started");

    /// <summary>Starts it and waits until its descriptor is published.</summary>
    /// <param name="network">Where.</param>
    /// <param name="target">Port on 127.0.0.1 to which port 80 leads.</param>
    /// <param name="directory">The HiddenServiceDir; null for a new one.</param>
    /// <param name="lines">Further lines of the service.</param>
    internal static async Task<ServiceProcess> StartAsync(StockTorNetwork network, int target, string? directory = null, params string[] lines)
    {
        var service = new ServiceProcess(network, directory, [string.Create(CultureInfo.InvariantCulture, $"HiddenServicePort 80 127.0.0.1:{target}"), .. lines]);
        await service.StartAsync();
        return service;
    }

    internal async Task StartAsync()
    {
        _process = TunicProgram.StartTor(
            _directory.FullPath, TunicProgram.ClientLines(_network, 0, [$"HiddenServiceDir {ServiceDirectory}", .. _lines]));
        await _process.WaitForLineAsync("can be visited", Limit);
    }

    internal async Task StopAsync()
    {
        await Process.StopAsync();
        await Process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
