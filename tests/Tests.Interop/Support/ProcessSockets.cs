using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>Which process holds which end of a TCP connection, from the system's own tables.</summary>
internal static class ProcessSockets
{
    /// <summary>The process among these that has a socket with this local port; null for none of them.</summary>
    internal static PeerProcess? FindOwner(int localPort, IEnumerable<PeerProcess> processes)
    {
        string hexadecimal = localPort.ToString("X4", CultureInfo.InvariantCulture);
        HashSet<string> sockets =
        [
            .. File.ReadLines("/proc/net/tcp").Skip(1)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words[1].EndsWith(":" + hexadecimal, StringComparison.Ordinal))
                .Select(words => $"socket:[{words[9]}]"),
        ];
        return processes.FirstOrDefault(process => SocketsOf(process).Any(sockets.Contains));
    }

    private static IEnumerable<string> SocketsOf(PeerProcess process)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/fd");
        return Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Select(LinkOf) : [];
    }

    private static string LinkOf(string descriptor)
    {
        try
        {
            return Path.GetFileName(new FileInfo(descriptor).LinkTarget ?? "");
        }
        catch (IOException)
        {
            return ""; // closed in the meantime
        }
    }
}
