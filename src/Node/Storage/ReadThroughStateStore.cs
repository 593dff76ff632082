using Tunic.Primitives.Storage;

namespace Tunic.Node.Storage;

/// <summary>Reads what another process keeps, and keeps changes in memory: for a short visit beside a running client.</summary>
internal sealed class ReadThroughStateStore(IStateStore below) : IStateStore
{
    private readonly MemoryStateStore _changes = new();

    public async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) =>
        await _changes.ReadAsync(name, cancel) ?? await below.ReadAsync(name, cancel);

    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) => _changes.WriteAsync(name, content, cancel);

    public async ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel)
    {
        byte[]? kept = await below.ReadAsync(name, cancel);
        await _changes.ChangeAsync(name, changed => change(changed ?? kept), cancel);
    }

    /// <summary>Forgets the change; what lies below stays, and shows again.</summary>
    public ValueTask DeleteAsync(string name, CancellationToken cancel) => _changes.DeleteAsync(name, cancel);

    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) =>
        [.. (await below.ListAsync(prefix, cancel)).Union(await _changes.ListAsync(prefix, cancel), StringComparer.Ordinal)];

    public string Describe(string name) => below.Describe(name);
}
