using System.Threading.Channels;
using Tunic.Primitives.Errors;

namespace Tunic.Tor.Network.Circuits;

/// <summary>Messages to a circuit that wait for their one reader. What comes when it is full is dropped, as if it had been lost on its way here.</summary>
/// <remarks>Thread safe; nobody goes on inside <see cref="Add"/>.</remarks>
internal sealed class CircuitInbox
{
    /// <summary>Most messages that wait: introductions of about two seconds at the rate that an introduction point lets through by default.</summary>
    internal const int Capacity = 64;

    private readonly Channel<CircuitMessage> _messages = Channel.CreateBounded<CircuitMessage>(Capacity);

    /// <summary>Takes a message.</summary>
    /// <returns>False when it was dropped.</returns>
    internal bool Add(CircuitMessage message) => _messages.Writer.TryWrite(message);

    /// <summary>No more will come: those that are here can still be read.</summary>
    internal void Complete(Exception cause) => _messages.Writer.TryComplete(cause);

    /// <summary>The next message.</summary>
    /// <exception cref="TunicException">The circuit has ended.</exception>
    internal async Task<CircuitMessage> ReadAsync(CancellationToken cancel)
    {
        try
        {
            return await _messages.Reader.ReadAsync(cancel);
        }
        catch (ChannelClosedException closed)
        {
            throw new CircuitEndedException(ErrorKind.RemoteUnreachable, closed.InnerException?.Message ?? "the circuit has ended", closed.InnerException);
        }
    }
}
