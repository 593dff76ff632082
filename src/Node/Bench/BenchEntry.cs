using System.Globalization;

namespace Tunic.Node.Bench;

/// <summary><c>tunic bench network [--rounds N] [--megabytes N] [--json]</c>.</summary>
internal static class BenchEntry
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var options = new BenchOptions();
        bool isJson = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rounds" when TryReadNumber(arguments, ref i, out int rounds):
                    options = options with { Rounds = rounds };
                    break;
                case "--megabytes" when TryReadNumber(arguments, ref i, out int megabytes):
                    options = options with { Megabytes = megabytes };
                    break;
                case "--json":
                    isJson = true;
                    break;
                default:
                    await Console.Error.WriteLineAsync(
                        $"tunic bench network: \"{arguments[i]}\" is not understood; it takes --rounds N, --megabytes N and --json");
                    return 2;
            }
        }

        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            BenchReport report = await NetworkBench.RunAsync(options, Environment.ProcessPath!, Console.Error.WriteLine, stop.Token);
            Console.WriteLine(isJson ? report.ToJson() : report.ToMarkdown());
            return 0;
        }
        catch (IOException failure)
        {
            await Console.Error.WriteLineAsync($"tunic bench network: {failure.Message}");
            return 1;
        }
    }

    private static bool TryReadNumber(string[] arguments, ref int index, out int number)
    {
        number = 0;
        return index + 1 < arguments.Length
            && int.TryParse(arguments[++index], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number > 0;
    }
}
