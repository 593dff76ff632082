using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.ControlPorts;

/// <summary>One `tunic tor` client and one stock client in the shared stock network, each with a control port.</summary>
public sealed class ControlledClient(SharedStockNetwork shared) : IAsyncLifetime
{
    private readonly TestDirectory _directory = new("controlled");
    private PeerProcess? _process;

    public StockTorNetwork Network { get; private set; } = null!;

    public LoopbackHttpServer Server { get; } = LoopbackHttpServer.Start();

    public int SocksPort { get; } = LoopbackPorts.Take();

    public int ControlPort { get; } = LoopbackPorts.Take();

    public string SocketPath => Path.Combine(_directory.FullPath, "control");

    public PeerProcess Process => _process!;

    public async ValueTask InitializeAsync()
    {
        Network = await shared.GetAsync();
        string port = string.Create(CultureInfo.InvariantCulture, $"ControlPort {ControlPort}");
        _process = TunicProgram.StartTor(_directory.FullPath, TunicProgram.ClientLines(Network, SocksPort, port, $"ControlSocket {SocketPath}"));
        await _process.WaitForLineAsync("Bootstrapped 100%", TimeSpan.FromSeconds(60));
    }

    /// <summary>Starts a stock client, which the network ends, and returns its control port.</summary>
    public async Task<int> StartStockAsync()
    {
        StockTorNode stock = Network.Add(StockTorRole.Client);
        await stock.WaitForBootstrapAsync(TimeSpan.FromSeconds(60));
        return stock.ControlPort;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        await Server.DisposeAsync();
        _directory.Dispose();
    }
}
