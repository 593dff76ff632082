using System.CommandLine;
using Tunic.Node.Bench;
using Tunic.Node.Logging;
using Tunic.Node.Processes;

namespace Tunic.Node.Commands;

/// <summary>`tunic bench puzzle`: how fast puzzles of onion services are solved and verified.</summary>
internal static class PuzzleBenchCommand
{
    internal static Command Create()
    {
        var challenges = new Option<int>("--challenges") { Description = "Challenges that are solved, 1 to 100,000.", DefaultValueFactory = _ => 200 };
        var rounds = new Option<int>("--rounds") { Description = "How often; the medians are printed.", DefaultValueFactory = _ => 9 };
        var beside = new Option<string?>("--beside") { Description = "A program to measure in turns with this one: see tests/Benchmarks/Puzzles/stock-equix." };
        var command = new Command("puzzle", "Solves and verifies Equi-X puzzles on one thread.") { challenges, rounds, beside };
        command.SetAction(async (arguments, _) =>
        {
            using var signals = new ProcessSignals();
            BenchReport report = await PuzzleBench.RunAsync(
                Math.Clamp(arguments.GetValue(challenges), 1, 100_000), Math.Clamp(arguments.GetValue(rounds), 1, 100), arguments.GetValue(beside), signals.Stopping);
            StandardStreams.WriteLine(report.ToMarkdown());
            return ExitCode.Success;
        });
        return command;
    }
}
