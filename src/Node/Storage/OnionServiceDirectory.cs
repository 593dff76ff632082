using Tunic.Tor.Client.OnionServices.Services;

namespace Tunic.Node.Storage;

/// <summary>The directory of an onion service, by stock's rule on who may look into it (check_private_dir).</summary>
internal static class OnionServiceDirectory
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    /// <summary>Opens it, and makes it where it is missing.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="isGroupReadable">The group may read the directory and the address.</param>
    /// <param name="takesRightsAway">What others may do is taken away; else it is a fault.</param>
    /// <exception cref="StorageException">Others may look into it, or it cannot be made.</exception>
    internal static OnionServiceFiles Open(string path, bool isGroupReadable, bool takesRightsAway)
    {
        UnixFileMode allowed = isGroupReadable ? Owner | Group : Owner;
        if (Directory.Exists(path) && !takesRightsAway && (File.GetUnixFileMode(path) & ~allowed) != 0)
        {
            throw new StorageException($"Permissions on directory {path} are too permissive.");
        }

        var files = new OnionServiceFiles(new FileStateStore(path));
        PrivateFiles.MakeDirectory(Path.Combine(path, OnionServiceFiles.ClientsFolder));
        return files;
    }

    /// <summary>Lets the group in, once everything has been written.</summary>
    /// <exception cref="StorageException">It cannot be changed.</exception>
    internal static void LetGroupRead(string path)
    {
        try
        {
            File.SetUnixFileMode(path, Owner | Group);
            File.SetUnixFileMode(
                Path.Combine(path, OnionServiceFiles.HostnameFile), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Unable to make onion service directory {path} group-readable: {failure.Message}", failure);
        }
    }
}
