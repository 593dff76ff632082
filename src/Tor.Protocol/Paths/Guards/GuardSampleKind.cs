namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>From which relays a sample is drawn.</summary>
public enum GuardSampleKind
{
    /// <summary>From all guards of the network, whatever the configuration allows now; named "default" in the state file.</summary>
    Default,

    /// <summary>Only from guards that the configuration allows, as it allows very few; named "restricted".</summary>
    Restricted,
}
