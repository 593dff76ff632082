using System.CommandLine;
using System.CommandLine.Parsing;
using Tunic.Node.Commands;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Configuration.Settings;

/// <summary>
/// What tunic.json and the environment say about the options that the command line leaves open. A setting is named like its
/// option and stands in the section of its command, or above, where it holds for every command that has such an option.
/// </summary>
/// <remarks>The command line comes first, then the environment, then the file; in each the section that says most exactly.</remarks>
internal sealed class CommandSettings
{
    private readonly IReadOnlyDictionary<Option, Setting> _chosen;

    private CommandSettings(IReadOnlyDictionary<Option, Setting> chosen) => _chosen = chosen;

    /// <summary>Chooses for the command that was parsed.</summary>
    /// <param name="parsed">The command line alone.</param>
    /// <param name="readFile">Reads tunic.json of a data directory.</param>
    /// <param name="variables">From the environment.</param>
    /// <exception cref="CommandException">A setting has no option, or a value that its option does not take.</exception>
    internal static CommandSettings Choose(
        ParseResult parsed, Func<string, IReadOnlyList<Setting>> readFile, IReadOnlyList<Setting> variables)
    {
        var root = (RootCommand)parsed.RootCommandResult.Command;
        Dictionary<Option, Setting> fromVariables = Choose(root, parsed, variables);
        Dictionary<Option, Setting> chosen = Choose(root, parsed, readFile(FindDataDirectory(parsed, fromVariables)));
        foreach ((Option option, Setting setting) in fromVariables)
        {
            chosen[option] = setting;
        }

        foreach (Option given in chosen.Keys.Where(option => IsGiven(parsed, option)).ToArray())
        {
            chosen.Remove(given);
        }

        foreach ((Option option, Setting setting) in chosen)
        {
            Check(root, PathOf(parsed.CommandResult), option, setting);
        }

        return new CommandSettings(chosen);
    }

    /// <summary>The command line with the settings in it.</summary>
    internal string[] AddTo(string[] arguments)
    {
        int end = Array.IndexOf(arguments, "--");
        end = end < 0 ? arguments.Length : end;
        return [.. arguments[..end], .. _chosen.Select(chosen => ToArgument(chosen.Key, chosen.Value)), .. arguments[end..]];
    }

    /// <summary>Says where a value comes from that a command has found to be wrong; commands know only the option.</summary>
    internal string Explain(string sentence)
    {
        foreach ((Option option, Setting setting) in _chosen)
        {
            if (sentence.StartsWith(option.Name + " ", StringComparison.Ordinal))
            {
                return $"{setting.Where}: {sentence}";
            }
        }

        return sentence;
    }

    private static Dictionary<Option, Setting> Choose(RootCommand root, ParseResult parsed, IReadOnlyList<Setting> settings)
    {
        string[] command = PathOf(parsed.CommandResult);
        var chosen = new Dictionary<Option, Setting>();
        foreach (Setting setting in settings.OrderBy(setting => setting.Path.Count))
        {
            string[] path = [.. setting.Path.Select(Setting.Normalize)];
            string name = path[^1];
            if (Find(root, path.AsSpan(..^1)) is not { } section || !HasOption(section, name))
            {
                throw new CommandException(
                    ErrorKind.Configuration, $"{setting.Where}: there is no setting '{setting.Name}'. Settings are named like the options that --help shows.");
            }

            if (command.AsSpan().StartsWith(path.AsSpan(..^1)) && OptionOf(parsed.CommandResult.Command, name) is { } option)
            {
                chosen[option] = setting;
            }
        }

        return chosen;
    }

    private static Command? Find(Command root, ReadOnlySpan<string> path)
    {
        Command? command = root;
        foreach (string name in path)
        {
            command = command?.Subcommands.FirstOrDefault(sub => Setting.Normalize(sub.Name) == name);
        }

        return command;
    }

    private static bool HasOption(Command command, string name) =>
        OptionOf(command, name) is not null || command.Subcommands.Any(sub => HasOption(sub, name));

    /// <summary>Those of the root are --help and --version.</summary>
    private static Option? OptionOf(Command command, string name) => command is RootCommand
        ? null
        : command.Options.FirstOrDefault(option => option.Name.StartsWith("--", StringComparison.Ordinal) && Setting.Normalize(option.Name) == name);

    private static string[] PathOf(CommandResult command)
    {
        var path = new List<string>();
        for (SymbolResult? result = command; result is CommandResult { Command: not RootCommand } each; result = each.Parent)
        {
            path.Insert(0, Setting.Normalize(each.Command.Name));
        }

        return [.. path];
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Where tunic.json is: the command line and the environment can say, the file cannot.</summary>
    private static string FindDataDirectory(ParseResult parsed, Dictionary<Option, Setting> variables)
    {
        if (OptionOf(parsed.CommandResult.Command, "data") is not Option<string> data)
        {
            return DataLocation.Default;
        }

        return IsGiven(parsed, data) ? parsed.GetValue(data)!
            : variables.TryGetValue(data, out Setting? setting) ? setting.Value
            : DataLocation.Default;
    }

    private static void Check(RootCommand root, string[] command, Option option, Setting setting)
    {
        ParseResult alone = root.Parse([.. command, ToArgument(option, setting)]);
        if (alone.Errors.FirstOrDefault(error => error.SymbolResult is OptionResult result && result.Option == option) is { } error)
        {
            throw new CommandException(ErrorKind.Configuration, $"{setting.Where}: {error.Message}");
        }
    }

    private static string ToArgument(Option option, Setting setting) => $"{option.Name}={setting.Value}";
}
