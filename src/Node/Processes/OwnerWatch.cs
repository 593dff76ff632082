using System.Diagnostics;

namespace Tunic.Node.Processes;

/// <summary>Looks whether another process is still there, and tells once when it is not (<c>__OwningControllerProcess</c>).</summary>
internal sealed class OwnerWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly Task _watching;

    internal OwnerWatch(int process, Action onGone) => _watching = WatchAsync(process, onGone);

    /// <summary>Looks no more. Returns at once.</summary>
    internal void Stop() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WatchAsync(int process, Action onGone)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            if (!Exists(process))
            {
                onGone();
                return;
            }
        }
    }

    private static bool Exists(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
