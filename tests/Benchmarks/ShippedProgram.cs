using System.Diagnostics;

namespace Tunic.Benchmarks;

/// <summary>What <c>./build</c> made: whole networks are measured with the program as it is shipped, compiled ahead of time.</summary>
internal static class ShippedProgram
{
    /// <summary>Runs it, and hands on what it prints.</summary>
    /// <returns>Its exit code; 1 when there is none.</returns>
    internal static async Task<int> RunAsync(IEnumerable<string> arguments)
    {
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "out", "tunic"));
        if (!File.Exists(path))
        {
            await Console.Error.WriteLineAsync($"{path} is not there: ./build makes it.");
            return 1;
        }

        using Process process = Process.Start(path, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
