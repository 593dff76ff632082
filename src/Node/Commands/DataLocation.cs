namespace Tunic.Node.Commands;

/// <summary>Where this user's data lives when nobody says otherwise.</summary>
internal static class DataLocation
{
    /// <summary>$XDG_DATA_HOME/tunic, else ~/.local/share/tunic.</summary>
    internal static string Default { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } given && Path.IsPathRooted(given)
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share"),
        "tunic");
}
