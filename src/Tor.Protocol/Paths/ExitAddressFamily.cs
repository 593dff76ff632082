namespace Tunic.Tor.Protocol.Paths;

/// <summary>Which of an exit's two policies a stream depends on.</summary>
public enum ExitAddressFamily
{
    /// <summary>Not known yet, or the stream takes both: the IPv4 policy decides, as in stock.</summary>
    Any,

    /// <summary>The target is an IPv4 address, or only IPv4 is wanted.</summary>
    IPv4,

    /// <summary>The target is an IPv6 address, or only IPv6 is wanted.</summary>
    IPv6,
}
