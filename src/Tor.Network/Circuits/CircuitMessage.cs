using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Network.Circuits;

/// <summary>What the last hop says to the circuit itself, and not to a stream: the messages of onion services.</summary>
/// <param name="Command">Its command.</param>
/// <param name="Body">Its body, a copy.</param>
public sealed record CircuitMessage(RelayCommand Command, ReadOnlyMemory<byte> Body);
