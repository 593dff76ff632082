using System.Globalization;

namespace Tunic.Node.Demonstration;

/// <summary>Reads from the system, not from the programs concerned, which process is connected with which (/proc/net/tcp, /proc/PID/fd).</summary>
internal sealed class SocketWitness
{
    private const string Established = "01";

    private readonly List<(int LocalPort, int RemotePort, int Process)> _ends;

    private SocketWitness(List<(int LocalPort, int RemotePort, int Process)> ends) => _ends = ends;

    /// <summary>Looks at the connections of these processes within this machine, as they are now.</summary>
    internal static SocketWitness Observe(IEnumerable<int> processes)
    {
        Dictionary<string, int> owners = FindSockets(processes);
        var ends = new List<(int LocalPort, int RemotePort, int Process)>();
        foreach (string table in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists))
        {
            foreach (string line in File.ReadLines(table).Skip(1))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 9 && words[3] == Established && owners.TryGetValue(words[9], out int process))
                {
                    ends.Add((PortOf(words[1]), PortOf(words[2]), process));
                }
            }
        }

        return new SocketWitness(ends);
    }

    /// <summary>Whether the two hold the two ends of one connection, each at a local port that is his.</summary>
    internal bool AreConnected(int first, Func<int, bool> isOfFirst, int second, Func<int, bool> isOfSecond) =>
        _ends.Any(one => one.Process == first && isOfFirst(one.LocalPort)
            && _ends.Any(other => other.Process == second && isOfSecond(other.LocalPort)
                && other.LocalPort == one.RemotePort && other.RemotePort == one.LocalPort));

    private static Dictionary<string, int> FindSockets(IEnumerable<int> processes)
    {
        var owners = new Dictionary<string, int>();
        foreach (int process in processes)
        {
            string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd");
            foreach (string descriptor in Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory) : [])
            {
                if (ReadLink(descriptor) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                {
                    owners[target["socket:[".Length..^1]] = process;
                }
            }
        }

        return owners;
    }

    private static string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is { } target ? Path.GetFileName(target) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // closed in the meantime
        }
    }

    private static int PortOf(string address) =>
        int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
