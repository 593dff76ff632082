using System.Collections.Concurrent;
using Tunic.Primitives.Storage;

namespace Tunic.Tests.Simulation;

/// <summary>A disk on which nothing can be written or removed for a while.</summary>
internal sealed class FailingStateStore(IStateStore below) : IStateStore
{
    private volatile bool _isFailing;

    /// <summary>Whether it fails now.</summary>
    public bool IsFailing
    {
        get => _isFailing;
        set => _isFailing = value;
    }

    /// <summary>The names that could not be written.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) => below.ReadAsync(name, cancel);

    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        Check(name);
        return below.WriteAsync(name, content, cancel);
    }

    public ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel)
    {
        Check(name);
        return below.ChangeAsync(name, change, cancel);
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        Check(name);
        return below.DeleteAsync(name, cancel);
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) => below.ListAsync(prefix, cancel);

    private void Check(string name)
    {
        if (IsFailing)
        {
            Refused.Enqueue(name);
            throw new IOException("no space left on device");
        }
    }
}
