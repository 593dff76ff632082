using System.Diagnostics;
using System.Globalization;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tests.Fuzz.Targets;

namespace Tunic.Tests.Fuzz;

/// <summary>Fuzzes several targets at the same time, each in a process of its own.</summary>
internal static class FuzzProcesses
{
    /// <returns>The exit code: 0, or 1 when a target failed.</returns>
    public static int Run(IReadOnlyList<FuzzTarget> targets, FuzzOptions options)
    {
        int failed = 0;
        Parallel.ForEach(targets, new ParallelOptions { MaxDegreeOfParallelism = options.Jobs }, target =>
        {
            (int code, string output) = Run(target, options);
            string rest = string.Join('\n', output.Split('\n').Skip(2)).TrimEnd(); // without the head, which we have printed
            if (code != 0)
            {
                Interlocked.Increment(ref failed);
                rest += code == 1 ? "" : $"\n{target.Name}: FAILED, the process ended with {code}; the input is in {Watchdog.RunningPath(target.Name)}";
            }

            lock (targets)
            {
                Console.WriteLine(rest);
            }
        });
        return failed > 0 ? 1 : 0;
    }

    private static (int Code, string Output) Run(FuzzTarget target, FuzzOptions options)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(FuzzProcesses).Assembly.Location);
        }

        foreach (string argument in Arguments(target, options))
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static IEnumerable<string> Arguments(FuzzTarget target, FuzzOptions options)
    {
        long executions = target.IsStateful ? options.Sequences ?? options.Executions : options.Executions;
        List<string> arguments =
        [
            "--target", target.Name,
            "--executions", executions.ToString(CultureInfo.InvariantCulture),
            "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
        ];
        if (options.TimeLimit is { } limit)
        {
            arguments.AddRange(["--seconds", limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)]);
        }

        return arguments
            .Concat(options.Keep ? ["--keep"] : [])
            .Concat(options.Gaps ? ["--gaps"] : [])
            .Concat(options.NoCoverage ? ["--no-coverage"] : []);
    }
}
