namespace Tunic.Node.Configuration.Torrc;

/// <summary>Arguments of `tunic tor`, understood as stock understands its own: a few for the command line only, all others torrc options.</summary>
internal sealed record TorCommandLine
{
    private static readonly Dictionary<string, (Argument Argument, TorCommand? Command)> Known = new(StringComparer.Ordinal)
    {
        ["-f"] = (Argument.Needed, null),
        ["--torrc-file"] = (Argument.Needed, null),
        ["--defaults-torrc"] = (Argument.Needed, null),
        ["--allow-missing-torrc"] = (Argument.None, null),
        ["--ignore-missing-torrc"] = (Argument.None, null),
        ["--quiet"] = (Argument.None, null),
        ["--hush"] = (Argument.None, null),
        ["--verify-config"] = (Argument.None, TorCommand.VerifyConfiguration),
        ["--list-fingerprint"] = (Argument.Optional, TorCommand.ListFingerprint),
        ["--hash-password"] = (Argument.Needed, TorCommand.HashPassword),
        ["--version"] = (Argument.None, TorCommand.Version),
        ["--help"] = (Argument.None, TorCommand.Help),
        ["-h"] = (Argument.None, TorCommand.Help),
        ["--list-torrc-options"] = (Argument.None, TorCommand.ListOptions),
        ["--dump-config"] = (Argument.Optional, TorCommand.Unsupported),
        ["--keygen"] = (Argument.None, TorCommand.Unsupported),
        ["--keygen-family"] = (Argument.Needed, TorCommand.MakeFamilyKey),
        ["--key-expiration"] = (Argument.Optional, TorCommand.Unsupported),
        ["--format"] = (Argument.Needed, TorCommand.Unsupported),
        ["--newpass"] = (Argument.None, TorCommand.Unsupported),
        ["--no-passphrase"] = (Argument.None, TorCommand.Unsupported),
        ["--passphrase-fd"] = (Argument.Needed, TorCommand.Unsupported),
        ["--list-modules"] = (Argument.None, TorCommand.Unsupported),
        ["--library-versions"] = (Argument.None, TorCommand.Unsupported),
        ["--list-deprecated-options"] = (Argument.None, TorCommand.Unsupported),
        ["--dbg-dump-subsystem-list"] = (Argument.None, TorCommand.Unsupported),
    };

    private enum Argument
    {
        None,
        Optional,
        Needed,
    }

    internal TorCommand Command { get; init; }

    /// <summary>The argument that chose the command; empty for Run.</summary>
    internal string CommandName { get; init; } = "";

    /// <summary>What stands after the command: the password, the kind of fingerprint; may be empty.</summary>
    internal string CommandArgument { get; init; } = "";

    /// <summary>Path after -f; "-" is standard input; null when it is not given.</summary>
    internal string? TorrcPath { get; init; }

    internal string? DefaultsPath { get; init; }

    /// <summary>A torrc that is not there is taken as empty.</summary>
    internal bool IgnoreMissingTorrc { get; init; }

    internal TorQuietness Quietness { get; init; }

    /// <summary>All other arguments, as lines of a torrc.</summary>
    internal IReadOnlyList<TorrcLine> Options { get; init; } = [];

    /// <exception cref="TorrcException">An argument lacks its value.</exception>
    internal static TorCommandLine Parse(IReadOnlyList<string> arguments)
    {
        var result = new TorCommandLine();
        var options = new List<TorrcLine>();
        int index = 0;
        while (index < arguments.Count)
        {
            string name = arguments[index++];
            bool known = Known.TryGetValue(name, out (Argument Argument, TorCommand? Command) meaning);
            string bare = name.StartsWith("--", StringComparison.Ordinal) ? name[2..] : name.StartsWith('-') ? name[1..] : name;
            TorrcCommand sign = known || bare.Length == 0 ? TorrcCommand.Replace : SignOf(bare[0]);
            Argument wanted = known ? meaning.Argument : sign == TorrcCommand.Clear ? Argument.None : Argument.Needed;
            string value = TakeValue(arguments, ref index, name, wanted);
            if (known)
            {
                result = result.With(name, meaning.Command, value);
            }
            else
            {
                options.Add(new TorrcLine(sign == TorrcCommand.Replace ? bare : bare[1..], value, sign, File: null, Number: 0));
            }
        }

        return result with { Options = options };
    }

    private static TorrcCommand SignOf(char first) => first switch
    {
        '+' => TorrcCommand.Append,
        '/' => TorrcCommand.Clear,
        _ => TorrcCommand.Replace,
    };

    private static string TakeValue(IReadOnlyList<string> arguments, ref int index, string name, Argument wanted)
    {
        if (wanted == Argument.None)
        {
            return "";
        }

        if (index < arguments.Count && (wanted == Argument.Needed || !arguments[index].StartsWith('-')))
        {
            return arguments[index++];
        }

        return wanted == Argument.Optional ? "" : throw new TorrcException($"Command-line option '{name}' with no value. Failing.");
    }

    private TorCommandLine With(string name, TorCommand? command, string value)
    {
        TorCommandLine changed = command is { } chosen ? this with { Command = chosen, CommandName = name, CommandArgument = value } : this;
        return name switch
        {
            "-f" or "--torrc-file" => changed with { TorrcPath = value },
            "--defaults-torrc" => changed with { DefaultsPath = value },
            "--ignore-missing-torrc" or "--allow-missing-torrc" => changed with { IgnoreMissingTorrc = true },
            "--quiet" => changed with { Quietness = TorQuietness.Silent },
            "--hush" when Quietness == TorQuietness.Normal => changed with { Quietness = TorQuietness.Hushed },
            _ => changed,
        };
    }
}
