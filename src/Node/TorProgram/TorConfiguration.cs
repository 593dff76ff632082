using System.Diagnostics.CodeAnalysis;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Controllers;
using Tunic.Node.Logging;
using Tunic.Node.Storage;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Arguments;

namespace Tunic.Node.TorProgram;

/// <summary>The configuration of the running `tunic tor`: what the torrc said, and what controllers have changed since.</summary>
/// <remarks>
/// Thread safe. Whoever brings a change (SIGHUP, SETCONF, RESETCONF, LOADCONF), it is made as a whole or not at all, and <see cref="TorrcChanges"/>
/// tells what has an effect at once, what needs a new start, which is warned about, and what is refused.
/// </remarks>
/// <param name="commandLine">What was given at the start.</param>
/// <param name="first">What the program was started with.</param>
/// <param name="log">Where it is told what takes no effect.</param>
internal sealed class TorConfiguration(TorCommandLine commandLine, TorrcLoadResult first, NodeLog log) : IControlConfiguration
{
    private readonly Lock _gate = new();
    private TorrcSettings _settings = first.Settings;

    /// <inheritdoc/>
    public event Action<IReadOnlyList<KeyValuePair<string, string?>>>? Changed;

    /// <inheritdoc/>
    public string? File => first.TorrcPath;

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
    internal TorrcOptions Options { get; private set; } = first.Options;

    /// <summary>
    /// Brings a change about; told whether circuits of before are those of other wishes. May throw <see cref="StorageException"/> when it cannot,
    /// as long as it has changed nothing. Set before the first change.
    /// </summary>
    internal Action<TorrcOptions, bool> Apply { get; set; } = (_, _) => { };

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

        return Change(() => Assign(assignments), failure => failure.Sentence);
    }

    /// <inheritdoc/>
    public ControlConfigurationResult Load(string text) => Replace(() => TorrcLoader.LoadText(commandLine, text));

    /// <summary>Reads the files again (SIGHUP).</summary>
    internal ControlConfigurationResult Reload() => Replace(() => TorrcLoader.Load(commandLine, TextReader.Null));

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

    /// <summary>Takes over all that files, or a text in their place, say. A fault is told with its place.</summary>
    private ControlConfigurationResult Replace(Func<TorrcLoadResult> load) => Change(
        () =>
        {
            TorrcLoadResult loaded = load();
            return (loaded.Settings, loaded.Options);
        },
        failure => failure.Message);

    private ControlConfigurationResult Change(
        Func<(TorrcSettings Settings, TorrcOptions Options)> read, Func<TorrcException, string> tell)
    {
        List<KeyValuePair<string, string?>> changes;
        lock (_gate)
        {
            try
            {
                (TorrcSettings settings, TorrcOptions options) = read();
                TorEntry.CheckMeaning(options);
                IReadOnlyList<string> changed = TorrcChanges.Find(_settings, settings);
                if (changed.FirstOrDefault(TorrcChanges.IsFixed) is { } name)
                {
                    var refused = TorrcException.Invalid($"While Tor is running, changing {name} is not allowed");
                    return new ControlConfigurationResult(ControlConfigurationOutcome.NotWhileRunning, tell(refused));
                }

                Apply(options, changed.Any(TorrcChanges.AffectsPaths));
                Warn(settings);
                changes = TorrcText.Compare(_settings, settings);
                (_settings, Options) = (settings, options);
            }
            catch (TorrcException failure)
            {
                return new ControlConfigurationResult(ControlConfigurationOutcome.BadValue, tell(failure));
            }
            catch (StorageException failure)
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

    private (TorrcSettings Settings, TorrcOptions Options) Assign(IReadOnlyList<ControlKeyword> assignments)
    {
        var settings = new TorrcSettings(_settings);
        foreach (TorrcOption option in assignments.Select(assignment => Find(assignment.Key)!))
        {
            settings.Reset(option);
        }

        settings.Assign(assignments.Where(assignment => assignment.Value.Length > 0).Select(assignment =>
            new TorrcLine(assignment.Key, assignment.Value, TorrcCommand.Replace, File: null, Number: 0)));
        return (settings, TorrcOptionsReader.Read(settings));
    }

    private void Warn(TorrcSettings settings)
    {
        foreach (string warning in settings.Warnings)
        {
            log.Warn(warning);
        }

        foreach (string name in TorrcChanges.Find(first.Settings, settings).Where(TorrcChanges.NeedsRestart))
        {
            log.Warn($"{name} is not what it was when Tor was started; that takes effect when Tor is started again.");
        }
    }

    private static TorrcOption? Find(string name) => TorrcOptionTable.Find(TorrcAliases.Expand(name, onCommandLine: false, _ => { }));

    /// <summary>Stock does not list names that begin with three underscores or that are obsolete.</summary>
    private static bool IsHidden(TorrcOption option) => option.Name.StartsWith("___", StringComparison.Ordinal) || option.Type == TorrcOptionType.Obsolete;
}
