using Spectre.Console;

namespace Tunic.Node.Progress;

/// <summary>Chooses how a long piece of work is shown.</summary>
internal static class ProgressDisplay
{
    /// <summary>Does the work under a spinner on this terminal.</summary>
    internal static Task<T> RunLiveAsync<T>(TextWriter terminal, Func<IProgressView, Task<T>> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        return console.Status().StartAsync("preparing", status => work(new LiveProgressView(status, console)));
    }

    /// <summary>Does the work and writes a line for each step.</summary>
    internal static Task<T> RunPlainAsync<T>(Action<string> write, Func<IProgressView, Task<T>> work) => work(new PlainProgressView(write));
}
