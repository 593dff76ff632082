using System.Threading.Tasks.Sources;

namespace Tunic.Tor.Network.Streams;

/// <summary>An auto-reset event with one waiter that allocates nothing: a wake-up before the wait is kept, several count once.</summary>
/// <param name="continueInline">
/// True: the waiter goes on inside <see cref="Set"/>, without a change of thread. Only for waiters of our own that never block.
/// </param>
public sealed class AsyncSignal(bool continueInline) : IValueTaskSource
{
    private const int Unset = 0;
    private const int IsSet = 1;
    private const int HasWaiter = 2;

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = !continueInline };
    private int _state;

    /// <summary>Waits for the next <see cref="Set"/>, or returns at once when there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Unset, IsSet) == IsSet)
        {
            return ValueTask.CompletedTask;
        }

        _source.Reset();
        short version = _source.Version;
        int before = Interlocked.CompareExchange(ref _state, HasWaiter, Unset);
        if (before == Unset)
        {
            return new ValueTask(this, version);
        }

        if (before == HasWaiter)
        {
            throw new InvalidOperationException("somebody is waiting already");
        }

        Volatile.Write(ref _state, Unset); // set in between
        return ValueTask.CompletedTask;
    }

    /// <summary>Wakes the waiter, or lets the next wait return at once.</summary>
    public void Set()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case IsSet:
                    return;
                case Unset when Interlocked.CompareExchange(ref _state, IsSet, Unset) == Unset:
                    return;
                case HasWaiter when Interlocked.CompareExchange(ref _state, Unset, HasWaiter) == HasWaiter:
                    _source.SetResult(true);
                    return;
                default:
                    continue; // somebody else changed it: look again
            }
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
