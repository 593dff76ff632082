using Tunic.Primitives.Storage;

namespace Tunic.Node.Storage;

/// <summary>A store of which one folder is a directory elsewhere (<c>KeyDirectory</c>, <c>FamilyKeyDirectory</c>).</summary>
/// <param name="below">Holds everything else.</param>
/// <param name="folder">The folder's name, without a slash.</param>
/// <param name="mounted">The directory.</param>
internal sealed class MountedStateStore(IStateStore below, string folder, FileStateStore mounted) : IStateStore
{
    private readonly string _prefix = folder + "/";

    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) =>
        IsMounted(name) ? mounted.ReadAsync(Within(name), cancel) : below.ReadAsync(name, cancel);

    public ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        IsMounted(name) ? mounted.WriteAsync(Within(name), content, cancel) : below.WriteAsync(name, content, cancel);

    public ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel) =>
        IsMounted(name) ? mounted.ChangeAsync(Within(name), change, cancel) : below.ChangeAsync(name, change, cancel);

    public ValueTask DeleteAsync(string name, CancellationToken cancel) =>
        IsMounted(name) ? mounted.DeleteAsync(Within(name), cancel) : below.DeleteAsync(name, cancel);

    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel)
    {
        IEnumerable<string> names = (await below.ListAsync(prefix, cancel)).Where(name => !IsMounted(name));
        if (IsMounted(prefix) || _prefix.StartsWith(prefix, StringComparison.Ordinal))
        {
            string within = IsMounted(prefix) ? Within(prefix) : "";
            names = names.Concat((await mounted.ListAsync(within, cancel)).Select(name => _prefix + name));
        }

        return [.. names];
    }

    public string Describe(string name) => name == folder ? mounted.Root : IsMounted(name) ? mounted.Describe(Within(name)) : below.Describe(name);

    private bool IsMounted(string name) => name.StartsWith(_prefix, StringComparison.Ordinal);

    private string Within(string name) => name[_prefix.Length..];
}
