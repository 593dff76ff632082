using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Network.Channels;

/// <summary>Whoever owns a circuit that runs over a channel: its origin, or a relay that passes it on.</summary>
/// <remarks>Called from the channel's receive loop. Must not wait: what takes time goes to a task of its own.</remarks>
public interface ICircuitEndpoint
{
    /// <summary>A cell arrived on the circuit.</summary>
    /// <param name="circuit">Where it arrived.</param>
    /// <param name="command">CREATED*, RELAY or RELAY_EARLY.</param>
    /// <param name="body">509 bytes that the callee may change; valid during the call only.</param>
    /// <param name="batch">Told of every channel that got cells through this call; flushed when the batch is over.</param>
    /// <exception cref="CircuitProtocolException">The circuit must end; the channel sends DESTROY and calls <see cref="OnEnded"/>.</exception>
    void OnCell(ChannelCircuit circuit, CellCommand command, Span<byte> body, ReceiveBatch batch);

    /// <summary>What a DESTROY says when the channel ends the circuit for this reason: an origin never tells why (tor-spec, "Tearing down circuits").</summary>
    DestroyReason ReasonToTell(DestroyReason reason);

    /// <summary>The circuit is gone from the channel: DESTROY arrived, it broke a rule, or the channel closed. Called once, last.</summary>
    void OnEnded(ChannelCircuit circuit, DestroyReason reason, Exception? cause);

    /// <summary>The queue fell to the low-water mark after having been over the high one.</summary>
    void OnWritable(ChannelCircuit circuit);
}
