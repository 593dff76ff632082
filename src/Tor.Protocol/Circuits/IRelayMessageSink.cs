using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>Sends relay messages to the other end: encrypted for a hop by a client, for the client by a relay.</summary>
public interface IRelayMessageSink
{
    /// <summary>Sends one message.</summary>
    /// <param name="command">Its command.</param>
    /// <param name="streamId">The stream, or 0.</param>
    /// <param name="body">At most what the hop's cell format takes; valid during the call only.</param>
    /// <param name="tag">Receives the cell's tag at its front; or empty, when the caller does not need it.</param>
    void Send(RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, Span<byte> tag);
}
