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
        var command = new Command("puzzle", "Solves and verifies Equi-X puzzles on one thread.");
        command.Options.Add(challenges);
        command.SetAction(arguments =>
        {
            StandardStreams.WriteLine(PuzzleBench.Run(Math.Clamp(arguments.GetValue(challenges), 1, 100_000)));
            return ExitCode.Success;
        });
        return command;
    }
}
