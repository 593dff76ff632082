using Microsoft.Extensions.Logging;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>What a control port is built on.</summary>
public sealed record ControlEnvironment
{
    /// <summary>The client that is controlled.</summary>
    public required TorClient Client { get; init; }

    /// <summary>Its configuration.</summary>
    public required IControlConfiguration Configuration { get; init; }

    /// <summary>The program around it.</summary>
    public required IControlProcess Process { get; init; }

    /// <summary>What lets controllers in; asked at each connection.</summary>
    public required Func<ControlCredentials> Credentials { get; init; }

    /// <summary>Where nonces come from.</summary>
    public required RandomSource Random { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where warnings go.</summary>
    public required ILogger Log { get; init; }
}
