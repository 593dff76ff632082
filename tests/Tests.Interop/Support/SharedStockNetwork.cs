using Tunic.Tests.Interop.Support;

[assembly: AssemblyFixture(typeof(SharedStockNetwork))]

namespace Tunic.Tests.Interop.Support;

/// <summary>One stock network for all tests that leave it as they find it; started when the first of them asks.</summary>
/// <remarks>Its exits ask <see cref="LoopbackNameServer"/> for names, and let nobody out to <see cref="RefusedPort"/>.</remarks>
public sealed class SharedStockNetwork : IAsyncDisposable
{
    /// <summary>No exit's policy accepts it.</summary>
    public const int RefusedPort = 1;

    private readonly LoopbackNameServer _names = new();
    private readonly Lazy<Task<StockTorNetwork>> _network;

    public SharedStockNetwork() => _network = new Lazy<Task<StockTorNetwork>>(
        () => StockTorNetwork.StartAsync(new StockTorOptions { NameServers = [_names.Address] }));

    public Task<StockTorNetwork> GetAsync() => _network.Value;

    public async ValueTask DisposeAsync()
    {
        if (_network.IsValueCreated && _network.Value.IsCompletedSuccessfully)
        {
            await (await _network.Value).DisposeAsync();
        }

        await _names.DisposeAsync();
    }
}
