namespace Tunic.Node.Configuration.Torrc;

/// <summary>One option as it stands in a file or on the command line.</summary>
/// <param name="Key">The name as written, without + or /.</param>
/// <param name="Value">Without quotes, comments and continuations; may be empty.</param>
/// <param name="Command">What the sign before the name asks for.</param>
/// <param name="File">Path of the file; null for the command line.</param>
/// <param name="Number">Line in the file, from 1; 0 for the command line.</param>
internal sealed record TorrcLine(string Key, string Value, TorrcCommand Command, string? File, int Number)
{
    /// <summary>Where it stands, for a message.</summary>
    internal string Place => File is null ? "command line" : $"{File}, line {Number}";
}
