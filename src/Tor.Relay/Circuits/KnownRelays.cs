using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>What circuits need to know of the present consensus: who the relays are and where.</summary>
/// <remarks>Immutable; made anew with each consensus.</remarks>
public sealed class KnownRelays
{
    private readonly Dictionary<RsaIdentity, KnownRelay> _relays;
    private readonly HashSet<IPAddress> _addresses;
    private readonly HashSet<IPEndPoint> _ports;

    /// <summary>These relays.</summary>
    /// <param name="relays">The relays of the consensus.</param>
    /// <param name="otherPorts">Further ports that exits must not lead to: those of directory authorities.</param>
    public KnownRelays(IEnumerable<KnownRelay> relays, IEnumerable<IPEndPoint> otherPorts)
    {
        _relays = relays.ToDictionary(relay => relay.Identity.RsaIdentity);
        _ports = [.. _relays.Values.SelectMany(relay => relay.Addresses), .. otherPorts];
        _addresses = [.. _ports.Select(port => port.Address)];
    }

    /// <summary>Nobody: there is no consensus yet.</summary>
    public static KnownRelays None { get; } = new([], []);

    /// <summary>False while there is no consensus.</summary>
    public bool IsKnown => _relays.Count > 0;

    /// <summary>The relay with this identity, if it is listed.</summary>
    public KnownRelay? Find(RsaIdentity identity) => _relays.GetValueOrDefault(identity);

    /// <summary>Whether a relay or authority has this address.</summary>
    public bool HasAddress(IPAddress address) => _addresses.Contains(address);

    /// <summary>Whether this is the port of a relay or authority.</summary>
    public bool HasPort(IPEndPoint port) => _ports.Contains(port);
}
