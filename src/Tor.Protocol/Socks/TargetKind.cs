namespace Tunic.Tor.Protocol.Socks;

/// <summary>What a program wants to reach.</summary>
public enum TargetKind
{
    /// <summary>A name that an exit resolves.</summary>
    HostName,

    /// <summary>An IPv4 address.</summary>
    IPv4,

    /// <summary>An IPv6 address.</summary>
    IPv6,

    /// <summary>A name under .onion; whether it names a service is for the onion service code to say. It must never reach an exit.</summary>
    Onion,
}
