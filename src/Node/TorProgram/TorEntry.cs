using System.Text;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Node.TorProgram;

/// <summary>`tunic tor`: takes the arguments of the tor program and does what it does. Exit codes are stock's: 0 and 1.</summary>
internal static class TorEntry
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        using var log = new NodeLog(TimeProvider.System) { Granularity = TimeSpan.FromMilliseconds(1) };
        log.Use(TorLogs.Open([], TorQuietness.Normal, truncate: false));
        return await ExceptionBoundary.RunAsync(() => RunAsync(arguments, log), sentence => Fail(log, sentence));
    }

    private static async Task<int> RunAsync(string[] arguments, NodeLog log)
    {
        TorCommandLine commandLine = TorCommandLine.Parse(arguments);
        log.Use(TorLogs.Open([], commandLine.Quietness, truncate: false));
        switch (commandLine.Command)
        {
            case TorCommand.Version:
                StandardStreams.WriteLine($"Tor version {ProgramVersion.Full}.");
                StandardStreams.WriteLine($"Tunic {ProgramVersion.Own} is running on {ProgramVersion.Platform}.");
                return ExitCode.Success;
            case TorCommand.Help:
                StandardStreams.WriteLine("tunic tor -f <torrc> [args]\nThe arguments and options are those of the tor program; docs/options.md lists what is supported.");
                return ExitCode.Success;
            case TorCommand.HashPassword:
                StandardStreams.WriteLine(HashedPassword.Create(Encoding.UTF8.GetBytes(commandLine.CommandArgument), SystemRandomSource.Instance).ToString());
                return ExitCode.Success;
            case TorCommand.MakeFamilyKey:
                (string file, Ed25519Identity family) = await FamilyKeyFile.CreateAsync(commandLine.CommandArgument, CancellationToken.None);
                StandardStreams.WriteLine($"# Generated {file}\nFamilyId {family.ToBase64()}");
                return ExitCode.Success;
            case TorCommand.ListOptions:
                foreach (TorrcOption option in TorrcOptionTable.All)
                {
                    StandardStreams.WriteLine(option.Name);
                }

                return ExitCode.Success;
            case TorCommand.Unsupported:
                throw new CommandException(ErrorKind.Configuration, $"{commandLine.CommandName} is not supported yet.");
            default:
                return await ConfigureAsync(commandLine, log);
        }
    }

    private static async Task<int> ConfigureAsync(TorCommandLine commandLine, NodeLog log)
    {
        log.Notice($"Tor {ProgramVersion.Full} running on {ProgramVersion.Platform}.");
        TorrcLoadResult loaded;
        try
        {
            loaded = TorrcLoader.Load(commandLine, Console.In);
        }
        catch (TorrcException failure)
        {
            log.Warn(failure.Message);
            log.Error("Reading config failed--see warnings above.");
            return ExitCode.Failure;
        }

        Say(loaded, log);
        switch (commandLine.Command)
        {
            case TorCommand.VerifyConfiguration:
                CheckMeaning(loaded.Options);
                StandardStreams.WriteLine("Configuration was valid");
                return ExitCode.Success;
            case TorCommand.ListFingerprint:
                return await TorFingerprint.ListAsync(loaded.Options, commandLine.CommandArgument);
            default:
                return await RunProcessAsync(commandLine, loaded, log);
        }
    }

    private static async Task<int> RunProcessAsync(TorCommandLine commandLine, TorrcLoadResult loaded, NodeLog log)
    {
        await using var process = new TorProcess(commandLine, loaded, log);
        try
        {
            return await process.RunAsync();
        }
        catch (TorrcException failure)
        {
            log.Warn(failure.Message);
        }
        catch (ListenerException failure)
        {
            log.Warn($"Could not open a port: {failure.Message}. Is Tor already running?");
            log.Warn("Failed to parse/validate config: Failed to bind one of the listener ports.");
        }

        log.Error("Reading config failed--see warnings above.");
        return ExitCode.Failure;
    }

    /// <summary>What came up while the configuration was read.</summary>
    private static void Say(TorrcLoadResult loaded, NodeLog log)
    {
        foreach (string notice in loaded.Notices)
        {
            log.Notice(notice);
        }

        foreach (string warning in loaded.Warnings)
        {
            log.Warn(warning);
        }

        if (loaded.Options.Network.Authorities.Count == 0)
        {
            log.Notice("This is the public Tor network.");
        }

        if (Environment.IsPrivilegedProcess)
        {
            log.Warn("You are running Tor as root. You don't need to, and you probably shouldn't.");
        }
    }

    /// <exception cref="TorrcException">A set of relays, a policy or a port makes no sense.</exception>
    internal static void CheckMeaning(TorrcOptions options)
    {
        _ = TorClientOptions.Create(options);
        if (options.IsRelay)
        {
            _ = TorRelaySettings.Create(options);
        }
    }

    private static void Fail(NodeLog log, string sentence) => log.Error(sentence);
}
