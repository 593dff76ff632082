using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;

namespace Tunic.Node.TorProgram;

/// <summary>The sinks that Log lines ask for; without any, standard output as --quiet and --hush leave it.</summary>
internal static class TorLogs
{
    /// <exception cref="Storage.StorageException">A file cannot be opened.</exception>
    internal static IReadOnlyList<LogSink> Open(IReadOnlyList<LogTarget> targets, TorQuietness quietness, bool truncate)
    {
        if (targets.Count > 0)
        {
            return [.. targets.Select(target => LogSink.Open(target, truncate))];
        }

        return quietness switch
        {
            TorQuietness.Silent => [],
            TorQuietness.Hushed => [LogSink.Open(new LogTarget(LogSeverity.Warning, LogSeverity.Error, LogDestination.StandardOutput), truncate)],
            _ => [LogSink.Open(new LogTarget(LogSeverity.Notice, LogSeverity.Error, LogDestination.StandardOutput), truncate)],
        };
    }
}
