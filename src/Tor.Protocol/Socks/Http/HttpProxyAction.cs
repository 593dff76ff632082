namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>The result of <see cref="HttpProxyHead.Read"/>.</summary>
/// <param name="Outcome">What comes next.</param>
/// <param name="Consumed">Bytes to drop from the front of the input; what is left is body or tunnel.</param>
/// <param name="Request">The request, on <see cref="HttpProxyOutcome.Request"/> only.</param>
/// <param name="Reply">What to send, on <see cref="HttpProxyOutcome.Reply"/> only.</param>
/// <param name="Error">A sentence for the log, without anything the client sent; empty when there is none.</param>
public readonly record struct HttpProxyAction(
    HttpProxyOutcome Outcome, int Consumed = 0, HttpProxyRequest? Request = null, ReadOnlyMemory<byte> Reply = default, string Error = "");
