namespace Tunic.Tor.Client.Listeners.Dns;

/// <summary>Owns short tasks that nobody else waits for.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class TaskSet
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    /// <summary>Tasks that have not ended.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    /// <summary>Starts a task that handles its own failures.</summary>
    internal void Start(Func<Task> work)
    {
        lock (_gate)
        {
            var task = new Task<Task>(work);
            Task whole = task.Unwrap();
            _running.Add(whole);
            whole.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            task.Start(TaskScheduler.Default);
        }
    }

    /// <summary>Waits for all that have been started.</summary>
    internal Task WhenAllAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_running);
        }
    }

    private void Remove(Task task)
    {
        lock (_gate)
        {
            _running.Remove(task);
        }
    }
}
