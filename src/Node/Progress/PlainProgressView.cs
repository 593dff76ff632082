using System.Diagnostics;
using System.Globalization;

namespace Tunic.Node.Progress;

/// <summary>One line for each step that is done, with the time.</summary>
internal sealed class PlainProgressView(Action<string> write) : IProgressView
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Begin(string what)
    {
        // what is under way is of interest to somebody who watches
    }

    public void Done(string what) => write(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,5:0.0} s  {what}"));

    public void Print(string line) => write(line);
}
