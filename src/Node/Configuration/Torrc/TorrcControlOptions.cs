using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Ports for controllers, and who gets in.</summary>
internal sealed record TorrcControlOptions
{
    internal required IReadOnlyList<ControlPortLine> Ports { get; init; }

    internal required bool CookieAuthentication { get; init; }

    /// <summary>Null for control_auth_cookie in the data directory.</summary>
    internal required string? CookieFile { get; init; }

    internal required bool IsCookieGroupReadable { get; init; }

    internal required IReadOnlyList<HashedPassword> Passwords { get; init; }

    /// <summary>Where the addresses of the ports are written; null for nowhere.</summary>
    internal required string? PortFile { get; init; }

    internal required bool IsPortFileGroupReadable { get; init; }

    /// <summary>New streams wait for a controller.</summary>
    internal required bool LeaveStreamsUnattached { get; init; }
}
