using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>One `tunic tor` client in the shared stock network, for all tests of a class.</summary>
public sealed class ClientAmongStockRelays(SharedStockNetwork shared) : IAsyncLifetime
{
    private readonly TestDirectory _directory = new("tunic-client");
    private PeerProcess? _process;

    public StockTorNetwork Network { get; private set; } = null!;

    public LoopbackHttpServer Server { get; } = LoopbackHttpServer.Start();

    public int SocksPort { get; } = LoopbackPorts.Take();

    /// <summary>Another SOCKS port, which says more about onion services.</summary>
    public int ExtendedErrorsPort { get; } = LoopbackPorts.Take();

    public int DnsPort { get; } = LoopbackPorts.Take();

    public string DirectoryPath => _directory.FullPath;

    public async ValueTask InitializeAsync()
    {
        Network = await shared.GetAsync();
        string dns = string.Create(CultureInfo.InvariantCulture, $"DNSPort 127.0.0.1:{DnsPort}");
        string more = string.Create(CultureInfo.InvariantCulture, $"SocksPort 127.0.0.1:{ExtendedErrorsPort} ExtendedErrors");
        _process = TunicProgram.StartTor(_directory.FullPath, TunicProgram.ClientLines(Network, SocksPort, dns, more));
        await _process.WaitForLineAsync("Bootstrapped 100%", TimeSpan.FromSeconds(60));
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
