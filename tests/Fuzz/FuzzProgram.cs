using System.Diagnostics;
using System.Globalization;
using Tunic.Tests.Fuzz.Coverage;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tests.Fuzz.Targets;

namespace Tunic.Tests.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed class FuzzProgram(FuzzOptions options, BranchReport report)
{
    private const int MaxCorpusBytes = 16 * 1024;

    /// <returns>The exit code: 0, or 1 when a target failed.</returns>
    /// <exception cref="FormatException">No such target.</exception>
    public int Run()
    {
        if (options.List)
        {
            foreach (FuzzTarget target in TargetList.All)
            {
                Console.WriteLine($"{target.Name,-32} {(target.IsStateful ? "stateful" : target.IsText ? "text" : "bytes"),-8} up to {target.MaxLength} bytes");
            }

            return 0;
        }

        if (options.Reproduce is { } path)
        {
            return Reproduce(path);
        }

        FuzzTarget[] chosen = [.. TargetList.All.Where(IsChosen)];
        if (chosen.Length == 0)
        {
            throw new FormatException("no such target; --list names them");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}"));
        Console.WriteLine($"{"target",-32} {"executions",12} {"per second",11} {"corpus",7}  branches");
        return options.Jobs > 1 ? FuzzProcesses.Run(chosen, options) : Array.TrueForAll(Array.ConvertAll(chosen, Fuzz), good => good) ? 0 : 1;
    }

    private bool IsChosen(FuzzTarget target) => options.All || options.Targets.Any(name => name.EndsWith('*')
        ? target.Name.StartsWith(name[..^1], StringComparison.Ordinal)
        : target.Name == name);

    private bool Fuzz(FuzzTarget target)
    {
        using var watchdog = new Watchdog(target.Name, target.MaxLength);
        var session = new FuzzSession(target, options.Seed, watchdog);
        BranchMap.Reset();
        long started = Stopwatch.GetTimestamp();
        long executions = target.IsStateful ? options.Sequences ?? options.Executions : options.Executions;
        (byte[] Input, Exception Failure)? found = session.Run(executions, options.TimeLimit);
        double rate = session.Executions / Stopwatch.GetElapsedTime(started).TotalSeconds;
        (int taken, int total) = report.Count(target.Scope);
        string branches = report.Outcomes.Length == 0 ? "not measured" : total == 0 ? "has none" : $"{taken}/{total} = {100.0 * taken / total:0.0} %";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{target.Name,-32} {session.Executions,12} {rate,11:0} {session.CorpusSize,7}  {branches}"));
        if (options.Gaps)
        {
            foreach ((string type, int typeTaken, int typeTotal) in report.ByType(target.Scope).Where(type => type.Taken < type.Total))
            {
                Console.WriteLine($"    {type}: {typeTaken} of {typeTotal}");
            }
        }

        if (found is { } fault)
        {
            byte[] input = session.Shorten(fault.Input, fault.Failure);
            string path = FuzzFiles.SaveFailure(target.Name, input);
            Console.WriteLine($"{target.Name}: FAILED, {fault.Failure}\n  reproduce: {FuzzFiles.ReproduceCommand(path)}");
            return false;
        }

        if (options.Keep && report.Outcomes.Length > 0)
        {
            FuzzFiles.WriteCorpus(target.Name, session.Distill(MaxCorpusBytes));
        }

        return true;
    }

    private int Reproduce(string path)
    {
        string name = options.Targets.Count > 0 ? options.Targets[0] : FuzzFiles.TargetOf(path);
        FuzzTarget target = TargetList.All.FirstOrDefault(target => target.Name == name)
            ?? throw new FormatException($"no target is called {name}: name it with --target");
        byte[] input = File.ReadAllBytes(path);
        Exception? failure = new FuzzRunner(target).Run(input);
        Console.WriteLine(failure is null ? $"{name}: no fault with these {input.Length} bytes" : $"{name}: FAILED, {failure}");
        return failure is null ? 0 : 1;
    }
}
