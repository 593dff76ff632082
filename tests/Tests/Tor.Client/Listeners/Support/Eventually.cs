using System.Diagnostics;

namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>Waits for what has no event of its own.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    internal static async Task HoldsAsync(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Application.Limit, what);
            await Task.Delay(Pause);
        }
    }
}
