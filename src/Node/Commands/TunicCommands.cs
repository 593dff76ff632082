using System.CommandLine;
using Tunic.Node.Configuration.Settings;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Publish;

namespace Tunic.Node.Commands;

/// <summary>The command line of `tunic`, but for `tunic tor`, which reads its arguments as stock does.</summary>
internal static class TunicCommands
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("Tunic: private networking.");
        root.Subcommands.Add(new UpCommand().Create());
        root.Subcommands.Add(new ClientCommand().Create());
        root.Subcommands.Add(new FetchCommand().Create());
        root.Subcommands.Add(new PublishCommand().Create());
        root.Subcommands.Add(new RelayCommand().Create());
        root.Subcommands.Add(new AuthorityCommand().Create());
        root.Subcommands.Add(new RelaysCommand().Create());
        root.Subcommands.Add(KeysCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        root.Subcommands.Add(new Command("tor", "Run as the tor program: stock's arguments, torrc and notices."));
        return await ExceptionBoundary.RunAsync(() => RunAsync(root, arguments));
    }

    private static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        CommandSettings settings = CommandSettings.Choose(
            root.Parse(arguments),
            directory => SettingsFile.Load(Path.Combine(directory, SettingsFile.Name)),
            SettingsVariables.Read(Environment.GetEnvironmentVariables()));
        ParseResult parsed = root.Parse(settings.AddTo(arguments));
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                StandardStreams.WriteErrorLine($"tunic: {error.Message}");
            }

            StandardStreams.WriteErrorLine("tunic --help shows what there is.");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException failure) when (settings.Explain(failure.Message) is var sentence && sentence != failure.Message)
        {
            throw new CommandException(failure.Kind, sentence, failure);
        }
    }
}
