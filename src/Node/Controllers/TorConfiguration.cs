using System.Diagnostics.CodeAnalysis;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Node.Controllers;

/// <summary>The configuration of the running `tunic tor`: what the torrc said, and what controllers have changed since.</summary>
/// <remarks>Thread safe. Only options in <see cref="ChangeableOptions"/> can be changed; others are refused with a sentence.</remarks>
internal sealed class TorConfiguration(TorCommandLine commandLine, TorrcLoadResult loaded) : IControlConfiguration
{
    private readonly Lock _gate = new();
    private TorrcSettings _settings = loaded.Settings;

    /// <inheritdoc/>
    public event Action<IReadOnlyList<KeyValuePair<string, string?>>>? Changed;

    /// <inheritdoc/>
    public string? File => loaded.TorrcPath;

    /// <inheritdoc/>
    public string? DefaultsFile => commandLine.DefaultsPath is { } path ? Path.GetFullPath(path) : "/etc/tor/torrc-defaults";

    /// <inheritdoc/>
    public string Text => TorrcText.Write(_settings);

    /// <inheritdoc/>
    public bool CanSave => _settings.All.All(line => line.File is null || line.File == File || line.File == DefaultsFile || line.File == "<control>");

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> Types { get; } =
        [.. TorrcOptionTable.All.Where(option => !IsHidden(option)).Select(option => KeyValuePair.Create(option.Name, TorrcText.NameOf(option.Type)))];

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> Defaults { get; } =
        [.. TorrcOptionTable.All.Where(option => option.Default is not null).Select(option => KeyValuePair.Create(option.Name, option.Default!))];

    /// <summary>As they are now.</summary>
    internal TorrcOptions Options { get; private set; } = loaded.Options;

    /// <summary>Brings a change about; may throw <see cref="Storage.StorageException"/> when it cannot. Set before the first change.</summary>
    internal Action<TorrcOptions> Apply { get; set; } = _ => { };

    /// <inheritdoc/>
    public bool TryGet(
        string name, [NotNullWhen(true)] out string? canonicalName, [NotNullWhen(true)] out IReadOnlyList<KeyValuePair<string, string>>? lines)
    {
        TorrcOption? option = Find(name);
        canonicalName = option?.Name;
        lines = option is null ? null : TorrcText.LinesOf(_settings, option);
        return option is not null;
    }

    /// <inheritdoc/>
    public ControlConfigurationResult Set(IReadOnlyList<ControlKeyword> assignments, bool reset)
    {
        foreach (ControlKeyword assignment in assignments)
        {
            if (Find(assignment.Key) is null)
            {
                return new ControlConfigurationResult(
                    ControlConfigurationOutcome.Unrecognized, $"Unknown option '{assignment.Key}'.  Failing.");
            }
        }

        return Replace(() =>
        {
            var settings = new TorrcSettings(_settings);
            foreach (TorrcOption option in assignments.Select(assignment => Find(assignment.Key)!))
            {
                settings.Reset(option);
            }

            settings.Assign(assignments.Where(assignment => assignment.Value.Length > 0).Select(assignment =>
                new TorrcLine(assignment.Key, assignment.Value, TorrcCommand.Replace, File: null, Number: 0)));
            return (settings, TorrcOptionsReader.Read(settings));
        });
    }

    /// <inheritdoc/>
    public ControlConfigurationResult Load(string text) => Replace(() =>
    {
        TorrcLoadResult read = TorrcLoader.LoadText(commandLine, text);
        return (read.Settings, read.Options);
    });

    /// <summary>Reads the files again (SIGHUP). What cannot be changed stays as it is.</summary>
    /// <exception cref="TorrcException">They make no sense.</exception>
    internal ControlConfigurationResult Reload() => Replace(() =>
    {
        TorrcLoadResult read = TorrcLoader.Load(commandLine, TextReader.Null);
        return (read.Settings, read.Options);
    });

    /// <inheritdoc/>
    public bool TrySave(bool force)
    {
        if (File is not { } path || (!force && !CanSave))
        {
            return false;
        }

        try
        {
            if (System.IO.File.Exists(path) && !System.IO.File.ReadAllText(path).StartsWith(TorrcText.GeneratedMark, StringComparison.Ordinal))
            {
                System.IO.File.Move(path, path + ".orig.1", overwrite: true);
            }

            string written = path + ".tmp";
            System.IO.File.WriteAllText(written, TorrcText.GeneratedMark + "\n# The old torrc file was renamed to torrc.orig.1, and Tor will ignore it\n\n" + Text);
            System.IO.File.Move(written, path, overwrite: true);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private ControlConfigurationResult Replace(Func<(TorrcSettings Settings, TorrcOptions Options)> read)
    {
        List<KeyValuePair<string, string?>> changes;
        lock (_gate)
        {
            try
            {
                (TorrcSettings settings, TorrcOptions options) = read();
                changes = TorrcText.Compare(_settings, settings);
                if (changes.Select(change => change.Key).FirstOrDefault(name => !ChangeableOptions.Contains(name)) is { } fixedOption)
                {
                    return new ControlConfigurationResult(
                        ControlConfigurationOutcome.NotWhileRunning, $"While Tor is running, changing {fixedOption} is not allowed.");
                }

                Apply(options);
                (_settings, Options) = (settings, options);
            }
            catch (TorrcException failure)
            {
                return new ControlConfigurationResult(ControlConfigurationOutcome.BadValue, failure.Message);
            }
            catch (Storage.StorageException failure)
            {
                return new ControlConfigurationResult(ControlConfigurationOutcome.CannotSet, failure.Message);
            }
        }

        if (changes.Count > 0)
        {
            Changed?.Invoke(changes);
        }

        return ControlConfigurationResult.Success;
    }

    private static TorrcOption? Find(string name) => TorrcOptionTable.Find(TorrcAliases.Expand(name, onCommandLine: false, _ => { }));

    /// <summary>Stock does not list names that begin with three underscores or that are obsolete.</summary>
    private static bool IsHidden(TorrcOption option) => option.Name.StartsWith("___", StringComparison.Ordinal) || option.Type == TorrcOptionType.Obsolete;
}
