namespace Tunic.Node.Configuration.Torrc;

/// <summary>Brings the defaults file, the torrc and the command line together into checked options.</summary>
internal static class TorrcLoader
{
    private const string SystemTorrc = "/etc/tor/torrc";
    private const string SystemDefaults = "/etc/tor/torrc-defaults";

    /// <summary>Reads everything; call it again on SIGHUP with the same arguments.</summary>
    /// <param name="commandLine">Arguments of `tunic tor`.</param>
    /// <param name="standardInput">Read when the torrc is "-".</param>
    /// <exception cref="TorrcException">Print the message and exit with 1.</exception>
    internal static TorrcLoadResult Load(TorCommandLine commandLine, TextReader standardInput)
    {
        var notices = new List<string>();
        IReadOnlyList<TorrcLine> defaults = ReadDefaults(commandLine, notices);
        return Load(commandLine, defaults, ReadTorrc(commandLine, standardInput, notices), notices);
    }

    /// <summary>As if the torrc held this text.</summary>
    /// <exception cref="TorrcException">It makes no sense.</exception>
    internal static TorrcLoadResult LoadText(TorCommandLine commandLine, string text)
    {
        IReadOnlyList<TorrcLine> lines = TorrcFile.ReadText(text.Replace("\r\n", "\n", StringComparison.Ordinal), "<control>");
        return Load(commandLine, ReadDefaults(commandLine, []), lines, []);
    }

    private static TorrcLoadResult Load(
        TorCommandLine commandLine, IReadOnlyList<TorrcLine> defaults, IReadOnlyList<TorrcLine> torrc, List<string> notices)
    {
        var settings = new TorrcSettings();
        settings.Assign(defaults);
        settings.Assign(torrc);
        settings.Assign(commandLine.Options);
        TorrcOptions options = TorrcOptionsReader.Read(settings);
        return new TorrcLoadResult(options, settings, settings.Warnings, notices, commandLine.TorrcPath == "-" ? null : PathOf(commandLine));
    }

    private static IReadOnlyList<TorrcLine> ReadDefaults(TorCommandLine commandLine, List<string> notices)
    {
        string path = commandLine.DefaultsPath is { } given ? Path.GetFullPath(ExpandHome(given)) : SystemDefaults;
        if (!File.Exists(path))
        {
            return [];
        }

        notices.Add($"Read configuration file \"{path}\".");
        return TorrcFile.Read(path);
    }

    private static IReadOnlyList<TorrcLine> ReadTorrc(TorCommandLine commandLine, TextReader standardInput, List<string> notices)
    {
        if (commandLine.TorrcPath == "-")
        {
            return TorrcFile.ReadText(standardInput.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal), "-");
        }

        string path = PathOf(commandLine);
        if (File.Exists(path))
        {
            notices.Add($"Read configuration file \"{path}\".");
            return TorrcFile.Read(path);
        }

        if (commandLine.TorrcPath is not null && !commandLine.IgnoreMissingTorrc)
        {
            throw new TorrcException($"Unable to open configuration file \"{path}\".");
        }

        notices.Add($"Configuration file \"{path}\" not present, using reasonable defaults.");
        return [];
    }

    private static string PathOf(TorCommandLine commandLine) =>
        commandLine.TorrcPath is { } given ? Path.GetFullPath(ExpandHome(given)) : FindDefaultTorrc();

    private static string FindDefaultTorrc()
    {
        string own = ExpandHome("~/.torrc");
        return !File.Exists(SystemTorrc) && File.Exists(own) ? own : SystemTorrc;
    }

    private static string ExpandHome(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;
}
