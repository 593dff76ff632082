namespace Tunic.Tor.Protocol.Dns;

/// <summary>One record of a reply that a stub resolver reads (RFC 1035, "Resource record format").</summary>
/// <param name="Owner">Whose record it is.</param>
/// <param name="Type">What it holds.</param>
/// <param name="TimeToLive">Seconds; a value with the highest bit set counts as 0 (RFC 2181, "Time to Live (TTL)").</param>
/// <param name="Value">For an address its 4 or 16 bytes; for CNAME and PTR the name without pointers.</param>
public sealed record DnsRecord(DnsName Owner, DnsType Type, uint TimeToLive, ReadOnlyMemory<byte> Value);
