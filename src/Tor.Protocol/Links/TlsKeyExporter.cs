namespace Tunic.Tor.Protocol.Links;

/// <summary>Takes keying material out of the TLS connection (RFC 5705; RFC 8446, section 7.5).</summary>
/// <param name="label">ASCII.</param>
/// <param name="context">Any bytes; an empty context is not the same as none.</param>
/// <param name="output">Filled as a whole.</param>
public delegate void TlsKeyExporter(string label, ReadOnlySpan<byte> context, Span<byte> output);
