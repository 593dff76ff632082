using System.CommandLine;
using Tunic.Node.Bench;
using Tunic.Node.Demonstration;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Progress;

namespace Tunic.Node.Commands;

/// <summary>`tunic bench liveness`: how soon a killed relay is out of a client's path choice.</summary>
internal static class LivenessBenchCommand
{
    private const int MaxRuns = 1_000;

    internal static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Relays killed, one after the other.", DefaultValueFactory = _ => 10 };
        var authorities = new Option<int>("--authorities") { Description = "Directory authorities, 1 to 9.", DefaultValueFactory = _ => 3 };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON." };
        var command = new Command("liveness", "Brings up a private network on this machine, kills relays in it, and measures when a client's path choice is without them.");
        command.Options.Add(runs);
        command.Options.Add(authorities);
        command.Options.Add(json);
        command.SetAction(async (arguments, _) =>
        {
            using var signals = new ProcessSignals();
            using var log = new NodeLog(TimeProvider.System);
            string directory = Directory.CreateTempSubdirectory("tunic-liveness-").FullName;
            try
            {
                await using var bench = new LivenessBench(directory, new NetworkSize(Math.Clamp(arguments.GetValue(authorities), 1, 9), 3, 2), log);
                LivenessBenchReport report = await bench.RunAsync(
                    Math.Clamp(arguments.GetValue(runs), 1, MaxRuns), new PlainProgressView(StandardStreams.WriteErrorLine), signals.Stopping);
                StandardStreams.WriteLine(arguments.GetValue(json) ? report.ToJson() : report.ToMarkdown());
                return ExitCode.Success;
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        });
        return command;
    }
}
