namespace Tunic.Primitives.Overlay;

/// <summary>Takes the streams that people open to an address of ours in the overlay; see <see cref="IOverlay.ListenAsync"/>.</summary>
/// <remarks>Thread safe. Dispose ends the address, refuses the streams that wait, and ends those that were accepted.</remarks>
public interface IOverlayListener : IAsyncDisposable
{
    /// <summary>What people connect to. It says nothing of where we are.</summary>
    HostAndPort Address { get; }

    /// <summary>Takes the stream that has waited longest, or waits for one. Whoever opened it is told only now that he is connected.</summary>
    /// <param name="cancel">Ends the wait; no stream is lost by it.</param>
    /// <returns>The stream, which belongs to the caller; null when the listener has ended.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    ValueTask<Stream?> AcceptAsync(CancellationToken cancel);
}
