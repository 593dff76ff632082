using Tunic.Tests.Interop.Support;

[assembly: AssemblyFixture(typeof(SharedStockNetwork))]

namespace Tunic.Tests.Interop.Support;

/// <summary>One default stock network for all tests that leave it as they find it; started when the first of them asks.</summary>
public sealed class SharedStockNetwork : IAsyncDisposable
{
    private readonly Lazy<Task<StockTorNetwork>> _network = new(() => StockTorNetwork.StartAsync());

    public Task<StockTorNetwork> GetAsync() => _network.Value;

    public async ValueTask DisposeAsync()
    {
        if (_network.IsValueCreated && _network.Value.IsCompletedSuccessfully)
        {
            await (await _network.Value).DisposeAsync();
        }
    }
}
