using System.CommandLine;
using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client;

namespace Tunic.Node.Commands;

/// <summary>The option --hops: how long a command's circuits are.</summary>
internal sealed class HopsArgument
{
    internal Option<int> Option { get; } = new("--hops")
    {
        Description = $"Hops of a circuit, {ClientOptions.MinPathLength} to {ClientOptions.MaxPathLength}; fewer than 3 are not anonymous.",
        DefaultValueFactory = _ => ClientOptions.DefaultPathLength,
    };

    /// <exception cref="CommandException">It is outside the range.</exception>
    internal int Read(ParseResult arguments) =>
        arguments.GetValue(Option) is >= ClientOptions.MinPathLength and <= ClientOptions.MaxPathLength and var hops
            ? hops
            : throw new CommandException(
                ErrorKind.Configuration,
                $"--hops {arguments.GetValue(Option)}: a circuit has {ClientOptions.MinPathLength} to {ClientOptions.MaxPathLength} hops.");
}
