namespace Tunic.Tor.Protocol.Paths.Vanguards;

/// <summary>What the operator wants of the second and third hops of circuits of onion services (tor manual, "VanguardsLiteEnabled", "HSLayer2Nodes", "HSLayer3Nodes").</summary>
public sealed record VanguardOptions
{
    /// <summary>Whether second hops are kept for days (<c>VanguardsLiteEnabled</c>). Default null: as the consensus says, and it says yes.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>The only relays that are second hops, in place of those that we choose ourselves (<c>HSLayer2Nodes</c>). Default null: we choose.</summary>
    public RelaySet? SecondHops { get; init; }

    /// <summary>The only relays that are third hops, which makes each circuit longer by one (<c>HSLayer3Nodes</c>). Default null: there is no such hop.</summary>
    public RelaySet? ThirdHops { get; init; }
}
