using System.Globalization;
using Tunic.Tests.Interop.Support;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A stock client and one of ours in one stock network, with every kind of port for applications.</summary>
public sealed class MalformedClients(SharedStockNetwork shared) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TestDirectory _directory = new("tunic-strangers");
    private PeerProcess? _process;

    internal ClientPortNumbers Stock { get; private set; } = null!;

    internal ClientPortNumbers Ours { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        StockTorNetwork network = await shared.GetAsync();
        int[] ports = LoopbackPorts.Take(5);
        StockTorNode stock = network.Add(StockTorRole.Client, Lines(ports[0], ports[1]));
        Stock = new ClientPortNumbers(stock.SocksPort, ports[0], ports[1]);
        _process = TunicProgram.StartTor(_directory.FullPath, TunicProgram.ClientLines(network, ports[4], Lines(ports[2], ports[3])));
        Ours = new ClientPortNumbers(ports[4], ports[2], ports[3]);
        await Task.WhenAll(stock.WaitForBootstrapAsync(Limit), _process.WaitForLineAsync("Bootstrapped 100%", Limit));
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private static string[] Lines(int httpPort, int dnsPort) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"HTTPTunnelPort 127.0.0.1:{httpPort}"),
        string.Create(CultureInfo.InvariantCulture, $"DNSPort 127.0.0.1:{dnsPort}"),
    ];
}

internal sealed record ClientPortNumbers(int Socks, int Http, int Dns);
