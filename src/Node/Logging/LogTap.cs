using Tunic.Node.Configuration.Torrc;

namespace Tunic.Node.Logging;

/// <summary>Somebody who reads the log as it is written.</summary>
/// <param name="Least">What he wants to see.</param>
/// <param name="Take">Gets severity and text, on any thread; must neither wait nor write to the log.</param>
internal sealed record LogTap(LogSeverity Least, Action<LogSeverity, string> Take);
