using Tunic.Primitives.Storage;

namespace Tunic.Tests.Interop.Support;

/// <summary>Blobs as files of one directory: so that stock tor and our code can take over each other's data directory.</summary>
public sealed class FolderStateStore(string root) : IStateStore
{
    public async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel) =>
        File.Exists(PathOf(name)) ? await File.ReadAllBytesAsync(PathOf(name), cancel) : null;

    public async ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        string folder = Path.GetDirectoryName(PathOf(name))!;
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllBytesAsync(PathOf(name) + ".new", content.ToArray(), cancel);
        File.SetUnixFileMode(PathOf(name) + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(PathOf(name) + ".new", PathOf(name), overwrite: true);
    }

    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        File.Delete(PathOf(name));
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel) => ValueTask.FromResult<IReadOnlyList<string>>(
    [
        .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)),
    ]);

    private string PathOf(string name) => Path.Combine(root, name);
}
