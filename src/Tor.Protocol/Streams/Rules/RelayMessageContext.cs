namespace Tunic.Tor.Protocol.Streams.Rules;

/// <summary>All that decides, besides the message, whether a circuit end takes it.</summary>
/// <param name="Role">Which end we are.</param>
/// <param name="Phase">Whether the circuit is being extended.</param>
/// <param name="Direction">Which way the cell came.</param>
/// <param name="Expected">What is allowed beyond the usual.</param>
public readonly record struct RelayMessageContext(
    CircuitRole Role, CircuitPhase Phase, RelayDirection Direction, ExpectedMessages Expected = ExpectedMessages.None);
