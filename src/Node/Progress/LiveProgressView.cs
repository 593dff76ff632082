using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Tunic.Node.Progress;

/// <summary>A spinner with what is under way, and a line for each step that is done.</summary>
internal sealed class LiveProgressView(StatusContext status, IAnsiConsole console) : IProgressView
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Begin(string what) => status.Status(Markup.Escape(what));

    public void Done(string what) => console.MarkupLine(
        string.Create(CultureInfo.InvariantCulture, $"[green]done[/] [grey]{_clock.Elapsed.TotalSeconds,5:0.0} s[/]  {Markup.Escape(what)}"));

    public void Print(string line) => console.WriteLine(line);
}
