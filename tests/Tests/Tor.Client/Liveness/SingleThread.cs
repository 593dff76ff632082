using System.Collections.Concurrent;

namespace Tunic.Tests.Tor.Client.Liveness;

/// <summary>Runs everything that awaits on the test's own thread, so that a test can let all of it come to rest before the clock goes on.</summary>
internal sealed class SingleThread : SynchronizationContext
{
    /// <summary>What the thread pool has taken up before our own item may still be about to post.</summary>
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
            do
            {
                Drain();
                PassThroughThreadPool();
            }
            while (Drain());
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    private bool Drain()
    {
        bool any = false;
        while (_posted.TryTake(out (SendOrPostCallback Callback, object? State) next, Quiet))
        {
            next.Callback(next.State);
            any = true;
        }

        return any;
    }

    /// <summary>Some continuations pass through the thread pool on their way, which other tests keep busy: an item of ours comes after them.</summary>
    private static void PassThroughThreadPool()
    {
        using var passed = new ManualResetEventSlim();
        ThreadPool.QueueUserWorkItem(static reached => reached.Set(), passed, preferLocal: true);
        passed.Wait();
    }
}
