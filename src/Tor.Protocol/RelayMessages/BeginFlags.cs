namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>What BEGIN says about address families (tor-spec, "Opening streams and transferring data"). Other bits are ignored.</summary>
[Flags]
public enum BeginFlags : uint
{
    /// <summary>IPv4 only, which is what no flags field means too.</summary>
    None = 0,

    /// <summary>IPv6 is fine.</summary>
    IPv6Allowed = 1,

    /// <summary>IPv4 is not wanted.</summary>
    IPv4NotAllowed = 2,

    /// <summary>IPv6 rather than IPv4 when there are both.</summary>
    IPv6Preferred = 4,
}
