namespace Tunic.Node.Storage;

/// <summary>Holds the data directory for this process, through the file and the kind of lock that stock tor uses. Dispose gives it back.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DataDirectoryLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process has it.</summary>
    /// <exception cref="StorageException">The lock file cannot be made.</exception>
    internal static DataDirectoryLock? TryTake(string directory)
    {
        string path = Path.Combine(directory, "lock");
        _ = PrivateFiles.IsPlainFile(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None, // flock, exclusive
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        try
        {
            return new DataDirectoryLock(new FileStream(path, options));
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StorageException($"Cannot use {path}: {failure.Message}", failure);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
