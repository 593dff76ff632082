using Microsoft.Extensions.Logging;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Network;

/// <summary>The owner of many short tasks: each is started here, held while it runs, and stopped and awaited by dispose.</summary>
/// <remarks>Thread safe.</remarks>
public sealed partial class BackgroundTasks(ILogger log) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly HashSet<TaskCompletionSource<Task>> _running = [];
    private bool _closed;

    /// <summary>Tasks running now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Starts a task on the thread pool. What it throws, cancellation apart, is a fault of ours and reported as such.</summary>
    /// <returns>False when everything is being stopped, or <paramref name="limit"/> tasks run already.</returns>
    public bool TryRun(Func<CancellationToken, Task> work, int limit = int.MaxValue) =>
        TryStart(limit, start => ThreadPool.UnsafeQueueUserWorkItem(static start => start(), start, preferLocal: false), work);

    /// <summary>Starts a task where the receive loop goes on after this batch: for work that soon waits, and never blocks.</summary>
    /// <returns>False when everything is being stopped.</returns>
    public bool TryRunAfter(ReceiveBatch batch, Func<CancellationToken, Task> work) => TryStart(int.MaxValue, batch.After, work);

    /// <summary>Cancels what runs and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            _closed = true;
            running = [.. _running.Select(started => started.Task.Unwrap())];
        }

        await _stop.CancelAsync();
        await Task.WhenAll(running);
    }

    private bool TryStart(int limit, Action<Action> schedule, Func<CancellationToken, Task> work)
    {
        var started = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed || _running.Count >= limit)
            {
                return false;
            }

            _running.Add(started);
        }

        schedule(() => started.SetResult(RunAsync(started, work)));
        return true;
    }

    private async Task RunAsync(TaskCompletionSource<Task> started, Func<CancellationToken, Task> work)
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
        finally
        {
            lock (_gate)
            {
                _running.Remove(started);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in a background task; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
