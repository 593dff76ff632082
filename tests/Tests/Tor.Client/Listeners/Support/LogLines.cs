using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    /// <summary>Told of each line.</summary>
    internal Action<string>? Written { get; init; }

    internal IEnumerable<string> Warnings => _lines.Where(line => line.Level >= LogLevel.Warning).Select(line => line.Text);

    internal IEnumerable<string> All => _lines.Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string text = formatter(state, exception) + (exception is null ? "" : " " + exception);
        _lines.Enqueue((logLevel, text));
        Written?.Invoke(text);
    }
}
