namespace Tunic.Tor.Protocol.Paths;

/// <summary>A port that an exit must take.</summary>
/// <param name="Port">1 to 65535; 0 stands for name resolution, which any relay with some exit policy does.</param>
/// <param name="Family">Whether the IPv4 or the IPv6 policy counts.</param>
public readonly record struct ExitPort(ushort Port, ExitAddressFamily Family = ExitAddressFamily.Any)
{
    /// <summary>What a RESOLVE needs.</summary>
    public static ExitPort Resolve { get; }
}
