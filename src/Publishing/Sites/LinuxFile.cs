using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tunic.Publishing.Sites;

/// <summary>Finds out what a path leads to without opening it: a pipe does not make us wait, a device does nothing (open(2), O_PATH).</summary>
internal static partial class LinuxFile
{
    private const int PathOnly = 0x200000; // O_PATH
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeMask = 1; // STATX_TYPE
    private const int StatxLength = 256;
    private const int ModeOffset = 28;
    private const int FormatMask = 0xF000; // S_IFMT
    private const int Directory = 0x4000; // S_IFDIR
    private const int Regular = 0x8000; // S_IFREG

    /// <summary>Holds on to what a path leads to, through all links. Null when it leads nowhere.</summary>
    internal static SafeFileHandle? Locate(string path)
    {
        int descriptor = OpenNative(path, PathOnly | CloseOnExec);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Where it lies, as the kernel knows it. Null when /proc does not say.</summary>
    internal static string? GetPath(SafeFileHandle located)
    {
        try
        {
            return new FileInfo(DescriptorPath(located)).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static LinuxFileKind GetKind(SafeFileHandle located)
    {
        Span<byte> status = stackalloc byte[StatxLength];
        if (Statx(located, "", EmptyPath, TypeMask, status) != 0)
        {
            return LinuxFileKind.Other;
        }

        return (MemoryMarshal.Read<ushort>(status[ModeOffset..]) & FormatMask) switch
        {
            Regular => LinuxFileKind.File,
            Directory => LinuxFileKind.Directory,
            _ => LinuxFileKind.Other,
        };
    }

    /// <summary>Opens just what was located, whatever its path leads to by now.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    internal static FileStream OpenRead(SafeFileHandle located) => new(DescriptorPath(located), new FileStreamOptions
    {
        Access = FileAccess.Read,
        Mode = FileMode.Open,
        Share = FileShare.ReadWrite | FileShare.Delete, // whoever edits the site need not wait for visitors
        Options = FileOptions.Asynchronous,
        BufferSize = 0, // whoever sends it has a buffer
    });

    private static string DescriptorPath(SafeFileHandle handle) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle descriptor, string path, int flags, uint mask, Span<byte> status);
}
