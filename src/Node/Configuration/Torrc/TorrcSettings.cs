namespace Tunic.Node.Configuration.Torrc;

/// <summary>
/// What the defaults file, the torrc and the command line say, one after the other. A later source replaces what an earlier one said of an
/// option; within a source the last line wins, or lines add up where the option is a list.
/// </summary>
internal sealed class TorrcSettings
{
    private readonly Dictionary<string, List<TorrcLine>> _lines = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    /// <summary>Nothing is set.</summary>
    internal TorrcSettings()
    {
    }

    /// <summary>The same is set; changes of one do not touch the other.</summary>
    internal TorrcSettings(TorrcSettings other) =>
        _lines = other._lines.ToDictionary(entry => entry.Key, entry => entry.Value.ToList(), StringComparer.Ordinal);

    /// <summary>Sentences for the log, in the order of the lines.</summary>
    internal IReadOnlyList<string> Warnings => _warnings;

    internal bool IsTestingNetwork => Flag("TestingTorNetwork");

    /// <summary>Adds a sentence that somebody found while reading values.</summary>
    internal void Warn(string sentence, TorrcLine? line = null) => _warnings.Add(line is null ? sentence : $"{sentence} ({line.Place})");

    /// <summary>Takes in all lines of one source.</summary>
    /// <exception cref="TorrcException">An option is unknown, refused, or has a value that is none of its type.</exception>
    internal void Assign(IEnumerable<TorrcLine> source)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (TorrcLine line in source)
        {
            Assign(line, seen);
        }
    }

    /// <summary>Everything that is set, and where that was said.</summary>
    internal IEnumerable<TorrcLine> All => _lines.Values.SelectMany(lines => lines);

    /// <summary>Takes back what was set: the default counts again.</summary>
    internal void Reset(TorrcOption option) => _lines.Remove(option.StorageName);

    /// <summary>A source has set it, also to nothing.</summary>
    internal bool IsSet(string name) => _lines.ContainsKey(Option(name).StorageName);

    /// <summary>The line that decides it; null where the default does.</summary>
    internal TorrcLine? Line(string name) => _lines.TryGetValue(Option(name).StorageName, out List<TorrcLine>? lines) && lines.Count > 0 ? lines[^1] : null;

    /// <summary>Lines of a list in their order, those of the other parts of it included.</summary>
    internal IReadOnlyList<TorrcLine> Lines(string name) => _lines.TryGetValue(Option(name).StorageName, out List<TorrcLine>? lines) ? lines : [];

    /// <summary>Value as text: of the line, else the default, which TestingTorNetwork may change; null when there is none.</summary>
    internal string? Text(string name)
    {
        TorrcOption option = Option(name);
        if (Line(name) is { } line)
        {
            return line.Value.Length > 0 ? line.Value : null;
        }

        string? testing = name == "TestingTorNetwork" || !IsTestingNetwork ? null : TorrcTestingDefaults.Find(name);
        return testing ?? (string.IsNullOrEmpty(option.Default) ? null : option.Default);
    }

    internal bool Flag(string name) => Text(name) == "1";

    /// <summary>Null for auto.</summary>
    internal bool? Tristate(string name) => Text(name) switch
    {
        "0" or null => false,
        "1" => true,
        _ => null,
    };

    internal int Integer(string name) => TorrcValue.TryReadInteger(Text(name) ?? "0", int.MinValue, out int value, out _) ? value : 0;

    internal double Real(string name) => TorrcValue.TryReadReal(Text(name) ?? "0", out double value, out _) ? value : 0;

    /// <summary>Bytes.</summary>
    internal long Size(string name) => TorrcUnits.TryReadSize(Text(name) ?? "0", out long value, out _) ? value : 0;

    internal TimeSpan Interval(string name)
    {
        string text = Text(name) ?? "0";
        TimeSpan value;
        bool read = Option(name).Type == TorrcOptionType.MillisecondInterval
            ? TorrcUnits.TryReadMilliseconds(text, out value, out _)
            : TorrcUnits.TryReadInterval(text.Split(',')[0], out value, out _);
        return read ? value : TimeSpan.Zero;
    }

    internal IReadOnlyList<string> Csv(string name) =>
        (Text(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Values of a list.</summary>
    internal IReadOnlyList<string> Values(string name) => [.. Lines(name).Select(line => line.Value)];

    private static TorrcOption Option(string name) => TorrcOptionTable.Find(name) ?? throw new ArgumentException($"no option {name}", nameof(name));

    private void Assign(TorrcLine line, HashSet<string> seen)
    {
        TorrcOption option = Resolve(line);
        if (TorrcAliases.FindNote(option.Name) is { } note)
        {
            Warn(note, line);
        }

        if (line.Value.Length == 0 && option.IsList)
        {
            AssignNothing(option, line, seen);
            return;
        }

        if (!CheckSupport(option, line))
        {
            return;
        }

        if (option.Type == TorrcOptionType.LineListWhole)
        {
            throw TorrcException.Invalid("Cannot assign directly to virtual option.", line);
        }

        if (line.Value.Length > 0 && TorrcValue.FindFault(option.Type, line.Value) is { } fault)
        {
            throw TorrcException.Invalid($"Could not parse {option.Name}: {fault}", line);
        }

        Store(option, line, seen);
    }

    private TorrcOption Resolve(TorrcLine line)
    {
        string name = TorrcAliases.Expand(line.Key, onCommandLine: line.File is null, sentence => Warn(sentence, line));
        if (TorrcOptionTable.Find(name) is { } exact)
        {
            return exact;
        }

        TorrcOption option = TorrcOptionTable.FindAbbreviated(name) ?? throw TorrcException.Invalid($"Unknown option '{line.Key}'.  Failing.", line);
        Warn($"The abbreviation '{name}' is deprecated. Please use '{option.Name}' instead", line);
        return option;
    }

    /// <summary>A list without a value: "/Option" empties it, a bare name is a slip.</summary>
    private void AssignNothing(TorrcOption option, TorrcLine line, HashSet<string> seen)
    {
        if (line.Command == TorrcCommand.Clear)
        {
            seen.Add(option.StorageName);
            _lines[option.StorageName] = [];
        }
        else
        {
            Warn($"Linelist option '{option.Name}' has no value. Skipping.", line);
        }
    }

    /// <summary>False when the line is to be skipped.</summary>
    private bool CheckSupport(TorrcOption option, TorrcLine line)
    {
        switch (option.Support)
        {
            case TorrcOptionSupport.Obsolete:
                Warn($"Skipping obsolete configuration option \"{option.Name}\".", line);
                return false;
            case TorrcOptionSupport.Ignored when !IsDefault(option, line.Value):
                Warn($"{option.Name} is not supported yet and is ignored.", line);
                return true;
            case TorrcOptionSupport.Refused when !IsDefault(option, line.Value):
                throw TorrcException.Invalid($"{option.Name} is not supported yet and cannot be left out: {option.RefusalReason}", line);
            default:
                return true;
        }
    }

    /// <summary>The value changes nothing. A program that runs as the user whom User names has nothing to change either.</summary>
    private static bool IsDefault(TorrcOption option, string value) =>
        value.Length == 0
        || value.Equals(option.Default, StringComparison.OrdinalIgnoreCase)
        || (option.Type == TorrcOptionType.Size && TorrcUnits.TryReadSize(value, out long size, out _) && TorrcUnits.TryReadSize(option.Default ?? "0", out long usual, out _) && size == usual)
        || (option.Name == "User" && value == Environment.UserName);

    private void Store(TorrcOption option, TorrcLine line, HashSet<string> seen)
    {
        TorrcLine stored = line with { Key = option.Name };
        bool first = seen.Add(option.StorageName);
        if (!option.IsList)
        {
            if (!first)
            {
                Warn($"Option '{option.Name}' used more than once; all but the last value will be ignored.", line);
            }

            _lines[option.StorageName] = [stored];
            return;
        }

        if (!_lines.TryGetValue(option.StorageName, out List<TorrcLine>? lines) || (first && line.Command != TorrcCommand.Append))
        {
            lines = [];
            _lines[option.StorageName] = lines;
        }

        lines.Add(stored);
    }
}
