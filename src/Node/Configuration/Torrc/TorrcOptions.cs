namespace Tunic.Node.Configuration.Torrc;

/// <summary>Everything that `tunic tor` takes from torrc and command line, with stock's defaults, checked.</summary>
internal sealed record TorrcOptions
{
    internal required TorrcGeneralOptions General { get; init; }

    internal required TorrcNetworkOptions Network { get; init; }

    internal required TorrcClientOptions Client { get; init; }

    internal required TorrcControlOptions Control { get; init; }

    internal required TorrcPathOptions Paths { get; init; }

    internal required TorrcRelayOptions Relay { get; init; }

    internal required TorrcExitOptions Exit { get; init; }

    internal required TorrcAuthorityOptions Authority { get; init; }

    internal required TorrcDefenseOptions Defenses { get; init; }

    internal required TorrcOnionOptions Onion { get; init; }

    /// <summary>An ORPort is open: this process is a relay.</summary>
    internal bool IsRelay => Relay.OrPorts.Count > 0 && !Client.ClientOnly;
}
