namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>What stands before the body of a decrypted relay message.</summary>
/// <param name="Command">Any byte in format v0; one that has a name in v1.</param>
/// <param name="StreamId">0 for messages that concern the circuit, or when the peer forgot it.</param>
/// <param name="BodyOffset">Where in the cell's 509 bytes the body starts.</param>
/// <param name="BodyLength">Bytes of the body; never past the end of the cell.</param>
public readonly record struct RelayHeader(RelayCommand Command, ushort StreamId, int BodyOffset, int BodyLength);
