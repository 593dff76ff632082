using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Targets that mean something else at an exit than here (stock's <c>tor_addr_is_internal</c> and <c>tor_addr_hostname_is_local</c>).</summary>
public static class InternalTargets
{
    private const string LocalSuffix = ".local";

    /// <summary>Whether it is a name or address that an exit would take for its own surroundings.</summary>
    public static bool Contains(TargetAddress target) => target.Address is { } address
        ? InternalAddress.Contains(address)
        : target.Host is "localhost" or "local" || target.Host.EndsWith(LocalSuffix, StringComparison.Ordinal);
}
