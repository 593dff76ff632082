using System.Text;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Storage;

namespace Tunic.Node.Logging;

/// <summary>Where lines of some severities go. Dispose closes a file; lines after that are dropped.</summary>
internal abstract class LogSink(LogSeverity least, LogSeverity most) : IDisposable
{
    internal LogSeverity Least => least;

    internal bool Takes(LogSeverity severity) => severity >= least && severity <= most;

    /// <exception cref="StorageException">The file cannot be opened.</exception>
    internal static LogSink Open(LogTarget target, bool truncate) => target.Destination switch
    {
        LogDestination.StandardOutput => new ToStandardStream(target.Least, target.Most, StandardStreams.WriteLine),
        LogDestination.StandardError => new ToStandardStream(target.Least, target.Most, StandardStreams.WriteErrorLine),
        LogDestination.SystemLog => new SystemLogSink(target.Least, target.Most),
        _ => ToFile.OpenFile(target, truncate),
    };

    /// <summary>Never throws: a log that cannot be written is no reason to end.</summary>
    internal abstract void Write(LogSeverity severity, string line);

    public abstract void Dispose();

    private sealed class ToStandardStream(LogSeverity least, LogSeverity most, Action<string> write) : LogSink(least, most)
    {
        internal override void Write(LogSeverity severity, string line) => write(line);

        public override void Dispose()
        {
            // the process's own streams stay open
        }
    }

    private sealed class ToFile(LogSeverity least, LogSeverity most, FileStream file) : LogSink(least, most)
    {
        private readonly Lock _gate = new();

        internal static ToFile OpenFile(LogTarget target, bool truncate)
        {
            var options = new FileStreamOptions
            {
                Mode = truncate ? FileMode.Create : FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete, // the operator may look at it, and rotate it
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
                BufferSize = 0,
            };
            try
            {
                return new ToFile(target.Least, target.Most, new FileStream(target.Path!, options));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new StorageException($"Couldn't open file for 'Log {target.Path}': {failure.Message}", failure);
            }
        }

        internal override void Write(LogSeverity severity, string line)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
            try
            {
                lock (_gate)
                {
                    file.Write(bytes);
                }
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException)
            {
                // the disk is full, or the log was closed a moment ago
            }
        }

        public override void Dispose() => file.Dispose();
    }
}
