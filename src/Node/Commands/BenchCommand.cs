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
        var json = new Option<bool>("--json") { Description = "Print the table as JSON." };
        var network = new Command("network", "Whole networks on this machine, in turns; needs stock tor.");
        network.Options.Add(rounds);
        network.Options.Add(megabytes);
        network.Options.Add(json);
        network.SetAction(async (arguments, _) =>
        {
            using var signals = new ProcessSignals();
            var options = new BenchOptions { Rounds = Math.Clamp(arguments.GetValue(rounds), 1, 20), Megabytes = Math.Max(1, arguments.GetValue(megabytes)) };
            BenchReport report = await NetworkBench.RunAsync(options, Environment.ProcessPath!, StandardStreams.WriteErrorLine, signals.Stopping);
            StandardStreams.WriteLine(arguments.GetValue(json) ? report.ToJson() : report.ToMarkdown());
            return ExitCode.Success;
        });
        var command = new Command("bench", "Measure.");
        command.Subcommands.Add(network);
        command.Subcommands.Add(LivenessBenchCommand.Create());
        return command;
    }
}
