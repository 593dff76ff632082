namespace Tunic.Tests.Simulation;

/// <summary>Waits for what other tasks are about to do, where nothing tells that they have done it.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <exception cref="OperationCanceledException">It does not hold after ten seconds.</exception>
    internal static async Task HoldsAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
