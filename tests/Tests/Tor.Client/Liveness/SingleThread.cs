using System.Collections.Concurrent;

namespace Tunic.Tests.Tor.Client.Liveness;

/// <summary>Runs everything that awaits on the test's own thread, so that a test can let all of it come to rest before the clock goes on.</summary>
internal sealed class SingleThread : SynchronizationContext
{
    /// <summary>Some continuations pass through the thread pool on their way: nothing more comes when none has come for so long.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(5);

    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _posted = [];

    public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Calls the function and everything that follows from it.</summary>
    public void Run(Action action)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
            while (_posted.TryTake(out (SendOrPostCallback Callback, object? State) next, Quiet))
            {
                next.Callback(next.State);
            }
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
