using System.Net;

namespace Tunic.Tor.Protocol.Dns;

/// <summary>One record of a response.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="Value">The record's data as on the wire.</param>
/// <param name="TimeToLive">Seconds.</param>
public sealed record DnsAnswer(DnsType Type, ReadOnlyMemory<byte> Value, uint TimeToLive)
{
    /// <summary>An address.</summary>
    public static DnsAnswer From(IPAddress address, uint timeToLive)
    {
        byte[] bytes = address.GetAddressBytes();
        return new DnsAnswer(bytes.Length == 4 ? DnsType.A : DnsType.Aaaa, bytes, timeToLive);
    }

    /// <summary>A host name.</summary>
    public static DnsAnswer From(DnsName name, uint timeToLive) => new(DnsType.Ptr, name.Labels.ToArray(), timeToLive);
}
