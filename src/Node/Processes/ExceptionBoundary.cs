using Tunic.Node.Logging;
using Tunic.Primitives.Errors;

namespace Tunic.Node.Processes;

/// <summary>The last catch: whatever ends a command becomes one sentence for a person and an exit code.</summary>
internal static class ExceptionBoundary
{
    /// <summary>Set to see where a fault comes from.</summary>
    private const string DetailsVariable = "TUNIC_DEBUG";

    /// <param name="command">What to do; its result is the exit code.</param>
    /// <param name="report">Told the sentence; standard error when null.</param>
    internal static async Task<int> RunAsync(Func<Task<int>> command, Action<string>? report = null)
    {
        report ??= sentence => StandardStreams.WriteErrorLine($"tunic: {sentence}");
        try
        {
            return await command();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Success; // only a signal cancels a whole command
        }
        catch (Exception failure)
        {
            report(Describe(failure));
            if (Environment.GetEnvironmentVariable(DetailsVariable) is { Length: > 0 })
            {
                StandardStreams.WriteErrorLine(failure.ToString());
            }

            return ExitCode.Failure;
        }
    }

    /// <summary>The sentence for a failure. What we did not foresee is called a fault, so that it gets reported.</summary>
    internal static string Describe(Exception failure) => failure switch
    {
        AggregateException { InnerExceptions: [var only] } => Describe(only),
        TunicException or IOException or TimeoutException or UnauthorizedAccessException => failure.Message,
        _ => $"a fault in this program ({failure.GetType().Name}: {failure.Message}). Please report it; {DetailsVariable}=1 shows where it happened.",
    };
}
