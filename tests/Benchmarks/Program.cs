using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Tunic.Benchmarks;

/// <summary><c>network</c>, <c>onion</c>, <c>liveness</c> and <c>puzzle</c> are what <c>tunic bench</c> measures; everything else goes to BenchmarkDotNet.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["network" or "onion" or "liveness" or "puzzle", ..])
        {
            return await ShippedProgram.RunAsync(["bench", .. arguments]);
        }

        // In this process: the project that BenchmarkDotNet would write for another one knows nothing of this repository's pinned packages.
        bool isTrial = arguments.Contains("--trial");
        Job job = (isTrial ? Job.Dry : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        ManualConfig config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"));
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. arguments.Where(argument => argument != "--trial")], config);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }
}
