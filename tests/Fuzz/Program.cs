using Tunic.Tests.Fuzz.Coverage;
using Tunic.Tests.Fuzz.Engine;

namespace Tunic.Tests.Fuzz;

/// <summary>Fuzzes the decoders and state machines; docs/fuzzing.md says how.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            FuzzOptions options = FuzzOptions.Parse(arguments);
            bool runsHere = options.NoCoverage || options.List || options.Reproduce is not null || options.Jobs > 1;
            return runsHere ? Run(arguments, []) : InstrumentedContext.Run(Run, arguments);
        }
        catch (FormatException fault)
        {
            Console.Error.WriteLine($"{fault.Message}\n{FuzzOptions.Usage}");
            return 2;
        }
    }

    /// <summary>Called once more by <see cref="InstrumentedContext"/>, on instrumented assemblies.</summary>
    private static int Run(string[] arguments, string[] outcomes) => new FuzzProgram(FuzzOptions.Parse(arguments), new BranchReport(outcomes)).Run();
}
