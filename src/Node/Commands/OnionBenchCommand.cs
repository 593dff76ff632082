using System.CommandLine;
using Tunic.Node.Bench;
using Tunic.Node.Logging;
using Tunic.Node.Processes;

namespace Tunic.Node.Commands;

/// <summary>`tunic bench onion`: onion services beside those of stock tor.</summary>
internal static class OnionBenchCommand
{
    internal static Command Create()
    {
        var defaults = new OnionBenchOptions();
        var rounds = new Option<int>("--rounds") { Description = "Rounds; each measures every network once.", DefaultValueFactory = _ => defaults.Rounds };
        var megabytes = new Option<int>("--megabytes") { Description = "Size of one bulk transfer.", DefaultValueFactory = _ => defaults.Megabytes };
        var visits = new Option<int>("--visits") { Description = "Visits of one round by new visitors; a fifth as many by a known one.", DefaultValueFactory = _ => defaults.Visits };
        var services = new Option<int>("--services") { Description = "Services that a controller adds in one round.", DefaultValueFactory = _ => defaults.AddedServices };
        var only = new Option<string[]>("--only") { Description = "Measure only this network; may be given again." };
        only.AcceptOnlyFromAmong([.. BenchSubject.Keys]);
        var json = new Option<bool>("--json") { Description = "Print the table as JSON." };
        var command = new Command("onion", "Onion services on this machine, in turns; needs stock tor.") { rounds, megabytes, visits, services, only, json };
        command.SetAction(async (arguments, _) =>
        {
            using var signals = new ProcessSignals();
            var options = new OnionBenchOptions
            {
                Rounds = Math.Clamp(arguments.GetValue(rounds), 1, 20),
                Megabytes = Math.Clamp(arguments.GetValue(megabytes), 1, 10_000),
                Visits = Math.Clamp(arguments.GetValue(visits), 1, 100_000),
                AddedServices = Math.Clamp(arguments.GetValue(services), 1, 1000),
                Only = arguments.GetValue(only) ?? [],
            };
            BenchReport report = await OnionBench.RunAsync(options, Environment.ProcessPath!, StandardStreams.WriteErrorLine, signals.Stopping);
            StandardStreams.WriteLine(arguments.GetValue(json) ? report.ToJson() : report.ToMarkdown());
            return ExitCode.Success;
        });
        return command;
    }
}
