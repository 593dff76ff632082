namespace Tunic.Tor.Network.Streams;

/// <summary>Tells work that is done for a stream that the stream has ended; see <see cref="CircuitStream.WatchEnding"/>.</summary>
/// <remarks>Dispose it when the work is done: a stream that nobody watches ends without a change of thread.</remarks>
public sealed class StreamEnding : IAsyncDisposable
{
    private readonly CancellationTokenSource _source = new(); // holds no timer, so it needs no dispose
    private readonly Action<StreamEnding> _forget;
    private readonly Action<Exception> _reportFault;
    private Task _cancelling = Task.CompletedTask;

    internal StreamEnding(Action<StreamEnding> forget, Action<Exception> reportFault)
    {
        _forget = forget;
        _reportFault = reportFault;
    }

    /// <summary>Cancelled soon after the stream has ended, from another thread.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Ends the watch, and waits for what the end has set going.</summary>
    public async ValueTask DisposeAsync()
    {
        _forget(this); // from here on nobody cancels
        await _cancelling;
    }

    /// <summary>Inside the gate: what is registered with the token runs on another thread. A fault there ends nothing.</summary>
    internal void CancelSoon() => _cancelling = CancelAsync();

    private async Task CancelAsync()
    {
        try
        {
            await _source.CancelAsync();
        }
        catch (Exception failure)
        {
            _reportFault(failure);
        }
    }
}
