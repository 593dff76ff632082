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
        var settings = new TorrcSettings();
        var notices = new List<string>();
        settings.Assign(ReadDefaults(commandLine, notices));
        settings.Assign(ReadTorrc(commandLine, standardInput, notices));
        settings.Assign(commandLine.Options);
        TorrcOptions options = TorrcOptionsReader.Read(settings);
        return new TorrcLoadResult(options, settings, settings.Warnings, notices);
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

        string path = commandLine.TorrcPath is { } given ? Path.GetFullPath(ExpandHome(given)) : FindDefaultTorrc();
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

    private static string FindDefaultTorrc()
    {
        string own = ExpandHome("~/.torrc");
        return !File.Exists(SystemTorrc) && File.Exists(own) ? own : SystemTorrc;
    }

    private static string ExpandHome(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..])
        : path;
}
