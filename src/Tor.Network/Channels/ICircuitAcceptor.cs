using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Network.Channels;

/// <summary>Takes circuits that the peer starts. Implemented by a relay; a client has none.</summary>
public interface ICircuitAcceptor
{
    /// <summary>A CREATE_FAST or CREATE2 arrived on an id that is free and in the peer's half. Must not wait.</summary>
    /// <param name="channel">Where it arrived.</param>
    /// <param name="circuitId">The peer's id for it; attach with <see cref="Channel.Attach"/> or answer with <see cref="Channel.SendDestroy"/>.</param>
    /// <param name="command">The cell's command.</param>
    /// <param name="body">509 bytes, valid during the call only.</param>
    void OnCreate(Channel channel, uint circuitId, CellCommand command, ReadOnlySpan<byte> body);
}
