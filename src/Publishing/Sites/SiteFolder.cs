using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace Tunic.Publishing.Sites;

/// <summary>Opens the files below one folder that everybody may read, and nothing else.</summary>
/// <remarks>
/// Thread safe. Everything is judged by what was really opened: the kernel says where that lies and what it is before a byte is read, so that
/// nothing is gained by changing a link between the check and the use.
/// </remarks>
internal sealed class SiteFolder
{
    private readonly string _root; // as the kernel writes it, with a slash at the end

    private SiteFolder(string root) => _root = root.EndsWith('/') ? root : root + '/';

    /// <exception cref="PublishingException">There is no such folder, or it may not be read.</exception>
    internal static SiteFolder Open(string folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
        {
            throw new PublishingException("No folder to publish is named: give the path of the folder that has the site.");
        }

        using SafeFileHandle? handle = LinuxFile.Locate(Path.GetFullPath(folder));
        if (handle is null)
        {
            throw new PublishingException($"The folder \"{folder}\" cannot be opened: give the path of a folder that exists and that this user may read.");
        }

        if (LinuxFile.GetKind(handle) != LinuxFileKind.Directory)
        {
            throw new PublishingException($"\"{folder}\" is no folder: give the path of the folder that has the site, not of a file in it.");
        }

        return new SiteFolder(LinuxFile.GetPath(handle) ?? throw new PublishingException("/proc is not there: without it nobody can tell where a link leads. Mount it."));
    }

    /// <summary>Looks at what a path names, and opens it when it is a file.</summary>
    /// <param name="path">Decoded, below the folder, with a slash at the beginning.</param>
    /// <param name="file">The file, of the caller; null for everything else.</param>
    /// <returns><see cref="LinuxFileKind.Other"/> for what is not there and what nobody may read, alike.</returns>
    internal LinuxFileKind Open(string path, out FileStream? file)
    {
        file = null;
        if (!IsPlain(path.AsSpan(1)))
        {
            return LinuxFileKind.Other;
        }

        using SafeFileHandle? handle = LinuxFile.Locate(_root + path[1..]);
        if (handle is null || !IsInside(LinuxFile.GetPath(handle)))
        {
            return LinuxFileKind.Other;
        }

        LinuxFileKind kind = LinuxFile.GetKind(handle);
        return kind == LinuxFileKind.File && !TryRead(handle, out file) ? LinuxFileKind.Other : kind;
    }

    /// <summary>Whether a path is one that a site could have: no dot in front of a name, no empty name, and no character with which something else could be meant.</summary>
    private static bool IsPlain(ReadOnlySpan<char> path)
    {
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> name = path[range];
            if (name.IsEmpty || name[0] == '.' || name.Contains('\\') || name.ContainsAnyInRange('\0', '\x1F') || name.Contains("%2F", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same for where links have led.</summary>
    private bool IsInside([NotNullWhen(true)] string? path) => path is not null
        && ((path + '/').Equals(_root, StringComparison.Ordinal)
            || (path.StartsWith(_root, StringComparison.Ordinal) && !path.AsSpan(_root.Length - 1).Contains("/.", StringComparison.Ordinal)));

    private static bool TryRead(SafeFileHandle handle, [NotNullWhen(true)] out FileStream? file)
    {
        try
        {
            file = LinuxFile.OpenRead(handle);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            file = null;
            return false;
        }
    }
}
