using System.Runtime.InteropServices;

namespace Tunic.Node.Processes;

/// <summary>Signals to our own child processes.</summary>
internal static partial class UnixSignals
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end. One that is gone already is no failure.</summary>
    internal static void Terminate(int process) => _ = kill(process, SigTerm);

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
