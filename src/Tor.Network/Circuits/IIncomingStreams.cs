using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Network.Circuits;

/// <summary>Takes the streams that a client opens on the circuit of an onion service.</summary>
public interface IIncomingStreams
{
    /// <summary>
    /// A stream is asked for. Called inside the circuit's gate: answer with <see cref="OriginCircuit.AdmitStream"/> or
    /// <see cref="OriginCircuit.RefuseStream"/>, and do everything else after the batch.
    /// </summary>
    /// <exception cref="CircuitProtocolException">The circuit must be closed.</exception>
    void OnRequested(OriginCircuit circuit, RelayCommand command, ushort streamId, ReadOnlySpan<byte> body, ReceiveBatch batch);
}
