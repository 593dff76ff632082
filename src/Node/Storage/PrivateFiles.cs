namespace Tunic.Node.Storage;

/// <summary>Files and directories that only this user may look into.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;

    private static FileStreamOptions NewFile => new()
    {
        Mode = FileMode.CreateNew, // never writes through a link
        Access = FileAccess.Write,
        UnixCreateMode = OwnerOnly,
        BufferSize = 0,
    };

    /// <summary>Makes a directory and its missing parents; takes group's and others' rights away from one that exists.</summary>
    /// <exception cref="StorageException">Something else stands there, or it cannot be made or changed.</exception>
    internal static void MakeDirectory(string path)
    {
        try
        {
            if (!Directory.Exists(path))
            {
                if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                {
                    throw new StorageException($"{path} is needed as a directory, and something else has that name.");
                }

                Directory.CreateDirectory(path, OwnerDirectory);
            }

            UnixFileMode mode = File.GetUnixFileMode(path);
            if ((mode & ~OwnerDirectory) != 0)
            {
                File.SetUnixFileMode(path, mode & OwnerDirectory);
            }
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or IOException and not StorageException)
        {
            throw new StorageException($"Cannot make or use the directory {path}: {failure.Message}", failure);
        }
    }

    /// <summary>True when an ordinary file is there, false when nothing is.</summary>
    /// <exception cref="StorageException">A link or a directory has the name.</exception>
    internal static bool IsPlainFile(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            throw new StorageException($"{path} is a link, and links are not followed here: put the file itself in its place.");
        }

        return !Directory.Exists(path)
            ? file.Exists
            : throw new StorageException($"{path} is a directory, and a file is expected.");
    }

    /// <summary>Writes a file that does not exist yet.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    internal static async Task CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        await using var file = new FileStream(path, NewFile);
        await file.WriteAsync(content, cancel);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes a new file, waits until the disk has it, and renames it over the old one.</summary>
    /// <param name="path">The file to replace.</param>
    /// <param name="unfinishedPath">Beside it: holds the new content until it is complete. What is left of an earlier attempt is removed.</param>
    /// <param name="content">All of it.</param>
    /// <param name="cancel">Ends the attempt; the old file stays.</param>
    internal static async Task ReplaceAsync(
        string path, string unfinishedPath, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        File.Delete(unfinishedPath);
        try
        {
            await CreateAsync(unfinishedPath, content, cancel);
            File.Move(unfinishedPath, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinishedPath);
            throw;
        }
    }
}
