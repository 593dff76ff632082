using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Network;

/// <summary>The owner of many short tasks: each is started here, counted while it runs, and stopped and awaited by dispose.</summary>
/// <remarks>Thread safe.</remarks>
public sealed partial class BackgroundTasks(ILogger log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>Tasks running now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Starts a task on the thread pool. What it throws, cancellation apart, is a fault of ours and reported as such.</summary>
    /// <returns>False when everything is being stopped, or <paramref name="limit"/> tasks run already.</returns>
    public bool TryRun(Func<CancellationToken, Task> work, int limit = int.MaxValue)
    {
        if (!TryCount(limit))
        {
            return false;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static run => run.Owner.Run(run.Work), (Owner: this, Work: work), preferLocal: false);
        return true;
    }

    /// <summary>Starts a task where the receive loop goes on after this batch: for work that soon waits, and never blocks.</summary>
    /// <returns>False when everything is being stopped.</returns>
    public bool TryRunAfter(ReceiveBatch batch, Func<CancellationToken, Task> work)
    {
        if (!TryCount(int.MaxValue))
        {
            return false;
        }

        batch.After(() => Run(work));
        return true;
    }

    private bool TryCount(int limit)
    {
        lock (_gate)
        {
            if (_closed || _count >= limit)
            {
                return false;
            }

            _count++;
            return true;
        }
    }

    /// <summary>Cancels what runs and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_count == 0)
            {
                _idle.TrySetResult();
            }
        }

        await _stop.CancelAsync();
        await _idle.Task;
    }

    private async void Run(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // stopped
        }
        catch (Exception failure)
        {
            LogFault(log, failure);
        }

        lock (_gate)
        {
            _count--;
            if (_closed && _count == 0)
            {
                _idle.TrySetResult();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in a background task; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
