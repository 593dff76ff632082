using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Links;

/// <summary>What ties the cells of a link to the TLS connection under it.</summary>
/// <param name="CertificateDigest">SHA-256 of the responder's TLS leaf certificate, DER as sent: the peer's for an initiator, our own
/// for a responder.</param>
/// <param name="Exporter">Null where the transport has none: a client does without, a relay cannot.</param>
public sealed record TlsBinding(Digest256 CertificateDigest, TlsKeyExporter? Exporter = null);
