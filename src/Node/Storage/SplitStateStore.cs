using Tunic.Primitives.Storage;

namespace Tunic.Node.Storage;

/// <summary>Two stores behind one: what can be fetched again (names that begin with "cached-") in one, all else in the other (<c>CacheDirectory</c>).</summary>
internal sealed class SplitStateStore(IStateStore state, IStateStore cache) : IStateStore
{
    private const string CachePrefix = "cached-";

    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) => StoreOf(name).ReadAsync(name, cancel);

    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) => StoreOf(name).WriteAsync(name, content, cancel);

    public ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel) => StoreOf(name).ChangeAsync(name, change, cancel);

    public ValueTask DeleteAsync(string name, CancellationToken cancel) => StoreOf(name).DeleteAsync(name, cancel);

    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) =>
        [.. await state.ListAsync(prefix, cancel), .. await cache.ListAsync(prefix, cancel)];

    public string Describe(string name) => StoreOf(name).Describe(name);

    private IStateStore StoreOf(string name) => name.StartsWith(CachePrefix, StringComparison.Ordinal) ? cache : state;
}
