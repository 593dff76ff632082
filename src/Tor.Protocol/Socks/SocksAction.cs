namespace Tunic.Tor.Protocol.Socks;

/// <summary>What to do after <see cref="SocksHandshake.Advance"/>.</summary>
/// <param name="Outcome">What comes next.</param>
/// <param name="Consumed">Bytes to drop from the front of the input.</param>
/// <param name="Reply">Bytes to send before anything else; may be empty.</param>
/// <param name="Request">The request, on <see cref="SocksOutcome.Request"/> only.</param>
/// <param name="Error">A sentence for the log, without anything the client sent, on <see cref="SocksOutcome.Close"/> only.</param>
public readonly record struct SocksAction(
    SocksOutcome Outcome, int Consumed, ReadOnlyMemory<byte> Reply, SocksRequest? Request = null, string Error = "");
