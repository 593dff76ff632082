using System.Collections.Concurrent;

namespace Tunic.Primitives.Storage;

/// <summary>Blobs that live as long as the process: for tests, and for clients that must leave no trace.</summary>
public sealed class MemoryStateStore : IStateStore
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) =>
        ValueTask.FromResult(_blobs.TryGetValue(name, out byte[]? content) ? (byte[])content.Clone() : null);

    /// <inheritdoc/>
    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        _blobs[name] = content.ToArray();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel)
    {
        _blobs.AddOrUpdate(name, _ => change(null), (_, content) => change((byte[])content.Clone()));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        _blobs.TryRemove(name, out _);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyList<string>>(
            [.. _blobs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))]);
}
