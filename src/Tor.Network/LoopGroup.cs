namespace Tunic.Tor.Network;

/// <summary>Loops without end that depend on each other: when one fails, the others are stopped and its failure is told.</summary>
/// <remarks><see cref="Task.WhenAll(IEnumerable{Task})"/> would wait for the others, which never end, and nobody would hear of the failure.</remarks>
public static class LoopGroup
{
    /// <summary>Runs all loops at once, until cancelled or until one fails. One that merely ends leaves the others alone.</summary>
    /// <param name="loops">Each is stopped by the token that it is given.</param>
    /// <param name="cancel">Stops all.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="Exception">The first failure, when all have ended.</exception>
    public static async Task RunAsync(IEnumerable<Func<CancellationToken, Task>> loops, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] running = [.. loops.Select(loop => StartAsync(loop, stop.Token))];
        await foreach (Task ended in Task.WhenEach(running))
        {
            if (!ended.IsCompletedSuccessfully)
            {
                await stop.CancelAsync();
                await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ended;
            }
        }
    }

    /// <summary>A failure before the loop's first wait is a failure like any other.</summary>
    private static async Task StartAsync(Func<CancellationToken, Task> loop, CancellationToken stop) => await loop(stop);
}
