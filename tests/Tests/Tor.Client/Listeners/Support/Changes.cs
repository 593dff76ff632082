namespace Tunic.Tests.Tor.Client.Listeners.Support;

/// <summary>Tells those who wait for a state that something has changed.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class Changes
{
    private TaskCompletionSource _next = Create();

    internal void Tell() => Interlocked.Exchange(ref _next, Create()).TrySetResult();

    /// <summary>Waits until the condition holds: looks once, and then after each change.</summary>
    internal async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Application.Limit);
        while (true)
        {
            Task next = Volatile.Read(ref _next).Task;
            if (condition())
            {
                return;
            }

            await next.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.False(limit.IsCancellationRequested, what);
        }
    }

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
