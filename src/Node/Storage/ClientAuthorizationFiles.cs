using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Storage;

/// <summary>The files NAME.auth_private of a <c>ClientOnionAuthDir</c>, each with the key for one onion service, as stock has them (hs_client.c).</summary>
internal static class ClientAuthorizationFiles
{
    private const string Extension = ".auth_private";
    private const int MaxLength = 4096;
    private const UnixFileMode OfOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads all of them. A file that holds no key is told and skipped.</summary>
    /// <param name="directory">Null for none.</param>
    /// <param name="warn">Is told of bad files.</param>
    /// <returns>The keys, which are the caller's.</returns>
    /// <exception cref="StorageException">The directory is not there, is open to others, or cannot be read, or two files are for one service.</exception>
    internal static Dictionary<OnionAddress, ClientAuthorizationKey> Read(string? directory, Action<string> warn)
    {
        var keys = new Dictionary<OnionAddress, ClientAuthorizationKey>();
        if (directory is null)
        {
            return keys;
        }

        RequirePrivate(directory);
        try
        {
            foreach (string path in Directory.EnumerateFiles(directory).Where(HasName).Order(StringComparer.Ordinal))
            {
                Add(keys, path, warn);
            }

            return keys;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (ClientAuthorizationKey key in keys.Values)
            {
                key.Dispose();
            }

            throw failure as StorageException ?? new StorageException($"Client authorization key directory {directory} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Writes the key for a service, in place of one that is there under its name.</summary>
    /// <exception cref="IOException">The directory is not there, is open to others, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not write it.</exception>
    internal static Task WriteAsync(string directory, OnionAddress address, ClientAuthorizationKey key, CancellationToken cancel)
    {
        RequirePrivate(directory);
        string path = PathOf(directory, address);
        return PrivateFiles.ReplaceAsync(path, path + ".new", Encoding.ASCII.GetBytes(ClientAuthorizationText.FormatPrivateKey(address, key)), cancel);
    }

    /// <summary>Removes the file with the key for a service, whatever its name is.</summary>
    /// <exception cref="IOException">The directory cannot be read, or the file not removed.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    internal static void Delete(string? directory, OnionAddress address)
    {
        foreach (string path in directory is null ? [] : Directory.EnumerateFiles(directory).Where(HasName).ToArray())
        {
            if (TryRead(path, out OnionAddress found, out ClientAuthorizationKey? key))
            {
                key.Dispose();
                if (found == address)
                {
                    File.Delete(path);
                }
            }
        }
    }

    private static string PathOf(string directory, OnionAddress address) => Path.Combine(directory, address.ToLabel() + Extension);

    private static bool TryRead(string path, out OnionAddress address, [NotNullWhen(true)] out ClientAuthorizationKey? key)
    {
        (address, key) = (default, null);
        return new FileInfo(path).Length <= MaxLength && ClientAuthorizationText.TryParsePrivateKey(File.ReadAllText(path, Encoding.Latin1), out address, out key);
    }

    /// <summary>Some name before the extension.</summary>
    private static bool HasName(string path) => Path.GetFileName(path) is var name && name.Length > Extension.Length && name.EndsWith(Extension, StringComparison.Ordinal);

    private static void Add(Dictionary<OnionAddress, ClientAuthorizationKey> keys, string path, Action<string> warn)
    {
        if (!TryRead(path, out OnionAddress address, out ClientAuthorizationKey? key))
        {
            warn($"The file {path} holds no key of client authorization and is skipped. It should say \"ADDRESS:descriptor:x25519:KEY\", without .onion.");
            return;
        }

        if (!keys.TryAdd(address, key))
        {
            key.Dispose();
            throw new StorageException($"Duplicate authorization for the same hidden service: {path} is the second file for it. Remove one of them.");
        }
    }

    /// <summary>Whoever else can read the keys could visit in our place.</summary>
    private static void RequirePrivate(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new StorageException($"ClientOnionAuthDir: there is no directory {directory}. Make it, open to nobody else.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(directory) & OfOthers) != 0)
        {
            throw new StorageException($"ClientOnionAuthDir: others can look into {directory}. Close it with: chmod 700 {directory}");
        }
    }
}
