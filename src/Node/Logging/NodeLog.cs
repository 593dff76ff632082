using Microsoft.Extensions.Logging;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Node.Logging;

/// <summary>The log of the process. Levels are stock's: information is "notice", debug is "info", trace is "debug".</summary>
/// <remarks>Thread safe. The sinks can be changed at any time; nothing is buffered.</remarks>
internal sealed class NodeLog(TimeProvider time) : ILogger, IDisposable
{
    private LogSink[] _sinks = [];
    private volatile LogTap? _tap;

    /// <summary>Steps in which times are shown. Default 1 s, as stock's.</summary>
    internal TimeSpan Granularity { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A log of notices and worse on standard output, as commands have it.</summary>
    internal static NodeLog ToStandardOutput() => To(LogDestination.StandardOutput, LogSeverity.Notice);

    /// <summary>A log of warnings and worse on standard error, for commands that tell of themselves.</summary>
    internal static NodeLog ToStandardError() => To(LogDestination.StandardError, LogSeverity.Warning);

    /// <summary>Somebody who gets lines beside the sinks, without time and severity; null for nobody.</summary>
    internal LogTap? Tap
    {
        get => _tap;
        set => _tap = value;
    }

    /// <summary>Writes to these from now on, and closes the ones before.</summary>
    internal void Use(IEnumerable<LogSink> sinks)
    {
        LogSink[] before = Interlocked.Exchange(ref _sinks, [.. sinks]);
        foreach (LogSink sink in before)
        {
            sink.Dispose();
        }
    }

    internal void Write(LogSeverity severity, string message)
    {
        if (_tap is { } tap && severity >= tap.Least)
        {
            tap.Take(severity, LogLine.Printable(message));
        }

        string? line = null;
        foreach (LogSink sink in Volatile.Read(ref _sinks))
        {
            if (sink.Takes(severity))
            {
                line ??= LogLine.Format(time.GetLocalNow().DateTime, Granularity, severity, message);
                sink.Write(severity, line);
            }
        }
    }

    internal void Notice(string message) => Write(LogSeverity.Notice, message);

    internal void Warn(string message) => Write(LogSeverity.Warning, message);

    internal void Error(string message) => Write(LogSeverity.Error, message);

    public bool IsEnabled(LogLevel logLevel)
    {
        LogSeverity severity = SeverityOf(logLevel);
        if (_tap is { } tap && severity >= tap.Least)
        {
            return logLevel != LogLevel.None;
        }

        foreach (LogSink sink in Volatile.Read(ref _sinks))
        {
            if (sink.Takes(severity))
            {
                return logLevel != LogLevel.None;
            }
        }

        return false;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        LogSeverity severity = SeverityOf(logLevel);
        string message = formatter(state, exception);
        Write(severity, exception is null ? message : $"{message}: {exception.GetType().Name}: {exception.Message}");
        foreach (string line in exception?.StackTrace?.Split('\n') ?? [])
        {
            Write(severity, line.Trim());
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Dispose() => Use([]);

    private static LogSeverity SeverityOf(LogLevel level) => level switch
    {
        LogLevel.Trace => LogSeverity.Debug,
        LogLevel.Debug => LogSeverity.Info,
        LogLevel.Information => LogSeverity.Notice,
        LogLevel.Warning => LogSeverity.Warning,
        _ => LogSeverity.Error,
    };

    private static NodeLog To(LogDestination destination, LogSeverity least)
    {
        var log = new NodeLog(TimeProvider.System);
        log.Use([LogSink.Open(new LogTarget(least, LogSeverity.Error, destination), truncate: false)]);
        return log;
    }
}
