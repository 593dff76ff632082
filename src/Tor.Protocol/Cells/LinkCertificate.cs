namespace Tunic.Tor.Protocol.Cells;

/// <summary>One entry of a CERTS cell, not parsed.</summary>
/// <param name="Type">A value without a name is kept.</param>
/// <param name="Bytes">At most 65,535; X.509 in DER or Tor's own format, as the type says.</param>
public sealed record LinkCertificate(LinkCertificateType Type, ReadOnlyMemory<byte> Bytes);
