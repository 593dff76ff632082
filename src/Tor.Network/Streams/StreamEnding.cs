namespace Tunic.Tor.Network.Streams;

/// <summary>Tells work that is done for a stream that the stream has ended; see <see cref="CircuitStream.WatchEnding"/>.</summary>
/// <remarks>Dispose it when the work is done: a stream that nobody watches ends without a change of thread.</remarks>
public sealed class StreamEnding : IDisposable
{
    private readonly CancellationTokenSource _source = new(); // holds no timer, so it needs no dispose
    private readonly Action<StreamEnding> _forget;
    private readonly Action<Exception> _reportFault;

    internal StreamEnding(Action<StreamEnding> forget, Action<Exception> reportFault)
    {
        _forget = forget;
        _reportFault = reportFault;
    }

    /// <summary>Cancelled soon after the stream has ended, from another thread.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose() => _forget(this);

    /// <summary>Inside the gate: what is registered with the token runs on another thread. A fault there ends nothing.</summary>
    internal void CancelSoon() => _ = CancelAsync();

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
