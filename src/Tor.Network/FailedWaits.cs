namespace Tunic.Tor.Network;

/// <summary>For waits that go on where they are answered: their failures may be noticed anywhere, also inside a gate.</summary>
public static class FailedWaits
{
    /// <summary>Fails a wait on the thread pool. Has no effect when it has been answered; nobody needs to be waiting.</summary>
    public static void FailElsewhere<T>(this TaskCompletionSource<T> wait, Exception failure)
    {
        if (!wait.Task.IsCompleted)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static failed =>
                {
                    failed.Wait.TrySetException(failed.Failure);
                    _ = failed.Wait.Task.Exception; // observed: who waited may have left
                },
                (Wait: wait, Failure: failure),
                preferLocal: false);
        }
    }
}
