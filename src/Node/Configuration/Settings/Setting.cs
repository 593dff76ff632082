namespace Tunic.Node.Configuration.Settings;

/// <summary>One setting as it was written.</summary>
/// <param name="Path">Sections, then the name: client, socksPort.</param>
/// <param name="Value">As it would stand on the command line.</param>
/// <param name="Where">For sentences: a file and a line, or an environment variable.</param>
internal sealed record Setting(IReadOnlyList<string> Path, string Value, string Where)
{
    /// <summary>For sentences: client.socksPort.</summary>
    internal string Name => string.Join('.', Path);

    /// <summary>Names are compared without case and without the signs between words: socksPort is --socks-port is SOCKS_PORT.</summary>
    internal static string Normalize(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
