namespace Tunic.Tor.Protocol.Links;

/// <summary>Which circuit ids an end of a link may give to circuits that it creates (tor-spec, "Choosing circuit IDs").</summary>
public enum CircuitIdHalf
{
    /// <summary>None: it must not create circuits.</summary>
    None,

    /// <summary>Ids with the most significant bit clear.</summary>
    Lower,

    /// <summary>Ids with the most significant bit set.</summary>
    Higher,

    /// <summary>All of them: a client on link version 3, where identities decide and it has none.</summary>
    Any,
}
