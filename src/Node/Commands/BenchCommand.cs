using System.CommandLine;
using Tunic.Node.Bench;
using Tunic.Node.Logging;
using Tunic.Node.Processes;

namespace Tunic.Node.Commands;

/// <summary>`tunic bench`: measures this program beside stock tor.</summary>
internal static class BenchCommand
{
    internal static Command Create()
    {
        var defaults = new BenchOptions();
        var rounds = new Option<int>("--rounds") { Description = "Rounds; each measures every network once.", DefaultValueFactory = _ => defaults.Rounds };
        var megabytes = new Option<int>("--megabytes") { Description = "Size of one bulk transfer.", DefaultValueFactory = _ => defaults.Megabytes };
        var circuits = new Option<int>("--circuits") { Description = "New circuits of one round.", DefaultValueFactory = _ => defaults.Circuits };
        var requests = new Option<int>("--requests") { Description = "Requests for the first byte of a warm circuit.", DefaultValueFactory = _ => defaults.Requests };
        var only = new Option<string[]>("--only") { Description = "Measure only this network; may be given again." };
        only.AcceptOnlyFromAmong([.. BenchSubject.Keys]);
        var json = new Option<bool>("--json") { Description = "Print the table as JSON." };
        var network = new Command("network", "Whole networks on this machine, in turns; needs stock tor.");
        network.Options.Add(rounds);
        network.Options.Add(megabytes);
        network.Options.Add(circuits);
        network.Options.Add(requests);
        network.Options.Add(only);
        network.Options.Add(json);
        network.SetAction(async (arguments, _) =>
        {
            using var signals = new ProcessSignals();
            var options = new BenchOptions
            {
                Rounds = Math.Clamp(arguments.GetValue(rounds), 1, 20),
                Megabytes = Math.Clamp(arguments.GetValue(megabytes), 1, 10_000),
                Circuits = Math.Clamp(arguments.GetValue(circuits), 1, 100_000),
                Requests = Math.Clamp(arguments.GetValue(requests), 2, 100_000),
                Only = arguments.GetValue(only) ?? [],
            };
            BenchReport report = await NetworkBench.RunAsync(options, Environment.ProcessPath!, StandardStreams.WriteErrorLine, signals.Stopping);
            StandardStreams.WriteLine(arguments.GetValue(json) ? report.ToJson() : report.ToMarkdown());
            return ExitCode.Success;
        });
        var command = new Command("bench", "Measure.");
        command.Subcommands.Add(network);
        command.Subcommands.Add(OnionBenchCommand.Create());
        command.Subcommands.Add(LivenessBenchCommand.Create());
        command.Subcommands.Add(PuzzleBenchCommand.Create());
        return command;
    }
}
