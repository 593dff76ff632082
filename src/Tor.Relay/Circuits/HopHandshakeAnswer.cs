using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>The relay's half of a circuit handshake, completed.</summary>
/// <param name="Command">CREATED_FAST or CREATED2.</param>
/// <param name="Body">The body of that cell.</param>
/// <param name="Cipher">The hop's keys. Belongs to the circuit.</param>
/// <param name="Parameters">What was settled.</param>
/// <param name="Nonce">KH.</param>
internal sealed record HopHandshakeAnswer(CellCommand Command, byte[] Body, RelayHopCipher Cipher, CircuitParameters Parameters, Digest160 Nonce);
