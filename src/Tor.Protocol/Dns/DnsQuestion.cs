namespace Tunic.Tor.Protocol.Dns;

/// <summary>One question of a query.</summary>
/// <param name="Name">About what.</param>
/// <param name="Type">What about it; any number.</param>
/// <param name="Class">1 for the Internet; any number.</param>
public sealed record DnsQuestion(DnsName Name, DnsType Type, ushort Class)
{
    /// <summary>The class of the Internet.</summary>
    public const ushort Internet = 1;

    /// <summary>Whether an exit can answer it.</summary>
    public bool IsSupported => Class == Internet && Type is DnsType.A or DnsType.Aaaa or DnsType.Ptr;
}
