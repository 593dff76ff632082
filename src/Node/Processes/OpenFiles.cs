using Tunic.Primitives.Errors;

namespace Tunic.Node.Processes;

/// <summary>How many files and sockets this process may have open.</summary>
internal static class OpenFiles
{
    private const string LimitsPath = "/proc/self/limits";

    /// <summary>Ends the start when the system allows fewer than the torrc asks for (<c>ConnLimit</c>; stock set_max_file_descriptors). Systems that do not tell are trusted.</summary>
    /// <exception cref="CommandException">They are too few.</exception>
    internal static void Require(int count)
    {
        if (FindLimit() is { } limit && limit < count)
        {
            throw new CommandException(
                ErrorKind.Configuration,
                $"We need {count} file descriptors available, and we're limited to {limit}. Please change your ulimit -n, or lower ConnLimit.");
        }
    }

    /// <summary>The hard limit, up to which the runtime raises the soft one by itself; null for none or not known.</summary>
    internal static long? FindLimit()
    {
        const string Row = "Max open files";
        const int HardColumn = 1;
        if (!File.Exists(LimitsPath) || File.ReadLines(LimitsPath).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) is not { } row)
        {
            return null;
        }

        string[] columns = row[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.TryParse(columns[HardColumn], out long hard) ? hard : null;
    }
}
