using Tunic.Primitives.Storage;

namespace Tunic.Node.Storage;

/// <summary>Blobs as files below one directory, which is this user's alone (0700, files 0600).</summary>
/// <remarks>
/// A file is replaced by renaming a complete one over it, which is on the disk by then: not even a crash of the machine leaves half a file.
/// Links and other things in the place of a file are never followed.
/// </remarks>
internal sealed class FileStateStore : IStateStore
{
    internal const long MaxLength = 256L << 20;
    private const string UnfinishedSuffix = ".tmp";

    private readonly string _root;
    private readonly Lock _gate = new();
    private Task _lastChange = Task.CompletedTask;

    /// <summary>Makes the directory where it is missing, and takes away what others may do in it.</summary>
    /// <exception cref="StorageException">It is no directory, or cannot be made or kept private.</exception>
    internal FileStateStore(string directory)
    {
        _root = Path.GetFullPath(directory);
        PrivateFiles.MakeDirectory(_root);
    }

    /// <summary>The directory, absolute.</summary>
    internal string Root => _root;

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel)
    {
        string path = PathOf(name);
        try
        {
            if (!PrivateFiles.IsPlainFile(path))
            {
                return ValueTask.FromResult<byte[]?>(null);
            }

            return new FileInfo(path).Length <= MaxLength
                ? ReadAllAsync(path, cancel)
                : throw new StorageException($"{path} is larger than {MaxLength >> 20} MB and is not read.");
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw Unusable(path, "read", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        string path = PathOf(name);
        try
        {
            PrivateFiles.MakeDirectory(Path.GetDirectoryName(path)!);
            _ = PrivateFiles.IsPlainFile(path); // a link or a directory in its place is not replaced
            await PrivateFiles.ReplaceAsync(path, path + UnfinishedSuffix, content, cancel);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw Unusable(path, "write", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask ChangeAsync(string name, Func<byte[]?, byte[]> change, CancellationToken cancel)
    {
        lock (_gate)
        {
            _lastChange = ChangeAfterAsync(_lastChange, name, change, cancel);
            return new ValueTask(_lastChange);
        }
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string name, CancellationToken cancel)
    {
        string path = PathOf(name);
        try
        {
            if (PrivateFiles.IsPlainFile(path))
            {
                File.Delete(path);
            }

            return ValueTask.CompletedTask;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw Unusable(path, "remove", failure);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancel)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            string[] names = [.. Directory.EnumerateFiles(_root, "*", options)
                .Select(path => Path.GetRelativePath(_root, path))
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && !name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal))];
            return ValueTask.FromResult<IReadOnlyList<string>>(names);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw Unusable(_root, "list", failure);
        }
    }

    /// <inheritdoc/>
    public string Describe(string name) => PathOf(name);

    private async Task ChangeAfterAsync(Task before, string name, Func<byte[]?, byte[]> change, CancellationToken cancel)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await WriteAsync(name, change(await ReadAsync(name, cancel)), cancel);
    }

    private static async ValueTask<byte[]?> ReadAllAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancel);
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException)
        {
            throw Unusable(path, "read", failure);
        }
    }

    private static StorageException Unusable(string path, string verb, Exception failure) =>
        new($"Cannot {verb} {path}: {failure.Message}", failure);

    /// <summary>The file of a name. Names are our own, so one that would leave the directory is a fault of the caller.</summary>
    private string PathOf(string name)
    {
        foreach (string part in name.Split('/'))
        {
            if (part.Length == 0 || part[0] == '.' || part.AsSpan().ContainsAny('\\', '\0') || part.EndsWith(UnfinishedSuffix, StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' is no name of a blob", nameof(name));
            }
        }

        return Path.Combine(_root, name);
    }
}
