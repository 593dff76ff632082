namespace Tunic.Node.Processes;

/// <summary>What the process ends with; the list in docs/commands.md.</summary>
internal static class ExitCode
{
    /// <summary>Done, or ended as asked by a signal.</summary>
    internal const int Success = 0;

    /// <summary>It could not be done; one sentence on standard error says why.</summary>
    internal const int Failure = 1;

    /// <summary>The command line is not understood. `tunic tor` says 1 here, as stock does.</summary>
    internal const int Usage = 2;
}
