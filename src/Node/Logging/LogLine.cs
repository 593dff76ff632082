using System.Globalization;
using System.Text;
using Tunic.Node.Configuration.Torrc;

namespace Tunic.Node.Logging;

/// <summary>One line of a log in stock tor's shape: <c>Nov 21 09:55:10.000 [notice] message</c>.</summary>
internal static class LogLine
{
    /// <summary>Time is shown in steps of <paramref name="granularity"/>, so that a log tells less about timing.</summary>
    internal static string Format(DateTime local, TimeSpan granularity, LogSeverity severity, string message)
    {
        var shown = new DateTime(local.Ticks - (local.Ticks % Math.Max(1, granularity.Ticks)));
        return string.Create(CultureInfo.InvariantCulture, $"{shown:MMM dd HH:mm:ss.fff} [{NameOf(severity)}] {Printable(message)}");
    }

    /// <summary>What strangers wrote must not end the line, begin another or speak to the terminal.</summary>
    internal static string Printable(string message)
    {
        if (!message.AsSpan().ContainsAnyInRange('\0', '\x1f') && !message.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return message;
        }

        var printable = new StringBuilder(message.Length + 16);
        foreach (char c in message)
        {
            if (char.IsControl(c))
            {
                printable.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            }
            else
            {
                printable.Append(c);
            }
        }

        return printable.ToString();
    }

    private static string NameOf(LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => "debug",
        LogSeverity.Info => "info",
        LogSeverity.Notice => "notice",
        LogSeverity.Warning => "warn",
        _ => "err",
    };
}
