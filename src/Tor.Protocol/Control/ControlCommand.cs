namespace Tunic.Tor.Protocol.Control;

/// <summary>One command as received.</summary>
/// <param name="Name">As written, in any case; with the plus sign when lines of data follow.</param>
/// <param name="Body">Everything behind the name and the white space after it: arguments, line end, lines of data without the last one with the dot.</param>
public sealed record ControlCommand(string Name, string Body);
