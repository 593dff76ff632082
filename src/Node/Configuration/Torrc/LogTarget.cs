namespace Tunic.Node.Configuration.Torrc;

/// <summary>One Log line: Log minSeverity[-maxSeverity] stdout|stderr|syslog|file PATH.</summary>
/// <param name="Least">Least severe messages that are written.</param>
/// <param name="Most">Most severe messages that are written.</param>
/// <param name="Destination">Where to.</param>
/// <param name="Path">Of the file.</param>
internal sealed record LogTarget(LogSeverity Least, LogSeverity Most, LogDestination Destination, string? Path = null)
{
    /// <exception cref="TorrcException">No level, or a destination that is none.</exception>
    internal static LogTarget Read(TorrcLine line, TorrcSettings settings)
    {
        LogSeverity? least = null;
        LogSeverity most = LogSeverity.Error;
        string rest = line.Value.Trim();
        while (rest.Length > 0 && !IsDestination(rest))
        {
            if (rest[0] == '[')
            {
                int close = rest.IndexOf(']', StringComparison.Ordinal);
                rest = close < 0 ? throw Invalid(line) : rest[(close + 1)..].TrimStart();
                settings.Warn("Log domains are not supported yet; the line applies to all of them.", line);
                continue;
            }

            string[] parts = rest.Split((char[])[' ', '\t'], 2);
            string[] range = parts[0].Split('-', 2);
            LogSeverity low = Severity(range[0]) ?? throw Invalid(line);
            most = range.Length == 1 ? LogSeverity.Error : Severity(range[1]) ?? throw Invalid(line);
            least = least is { } known && known < low ? known : low;
            rest = parts.Length == 1 ? "" : parts[1].TrimStart();
        }

        return Read(least ?? throw Invalid(line), most, rest, line);
    }

    private static LogTarget Read(LogSeverity least, LogSeverity most, string destination, TorrcLine line)
    {
        string[] words = destination.Split((char[])[' ', '\t'], 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [] => new LogTarget(least, most, LogDestination.StandardOutput),
            [var word] when word.Equals("stdout", StringComparison.OrdinalIgnoreCase) => new LogTarget(least, most, LogDestination.StandardOutput),
            [var word] when word.Equals("stderr", StringComparison.OrdinalIgnoreCase) => new LogTarget(least, most, LogDestination.StandardError),
            [var word] when word.Equals("syslog", StringComparison.OrdinalIgnoreCase) => new LogTarget(least, most, LogDestination.SystemLog),
            [var word, var path] when word.Equals("file", StringComparison.OrdinalIgnoreCase) => new LogTarget(least, most, LogDestination.File, path),
            _ => throw TorrcException.Invalid($"Failed to validate Log options: Bad syntax on file Log option 'Log {line.Value}'", line),
        };
    }

    private static bool IsDestination(string text) =>
        new[] { "file", "stderr", "stdout", "syslog" }.Any(word => text.StartsWith(word, StringComparison.OrdinalIgnoreCase));

    private static LogSeverity? Severity(string word) => word.ToUpperInvariant() switch
    {
        "DEBUG" => LogSeverity.Debug,
        "INFO" => LogSeverity.Info,
        "NOTICE" => LogSeverity.Notice,
        "WARN" => LogSeverity.Warning,
        "ERR" => LogSeverity.Error,
        _ => null,
    };

    private static TorrcException Invalid(TorrcLine line) => TorrcException.Invalid($"Failed to validate Log options: Couldn't parse log levels in Log option 'Log {line.Value}'", line);
}
