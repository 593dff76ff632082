using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Protocol.OnionServices.Directories;

/// <summary>The directories of onion services in the order in which they stand on the ring of one placement.</summary>
/// <remarks>Immutable. Making one hashes every directory of the network: keep it as long as its consensus.</remarks>
public sealed class DirectoryRing
{
    private const int ProtocolVersion = 2;

    private readonly Digest256[] _indexes;
    private readonly Relay[] _relays;

    /// <param name="relays">Relays of one consensus; those that cannot be directories of onion services are left out.</param>
    /// <param name="placement">Period and shared random value.</param>
    public DirectoryRing(IEnumerable<Relay> relays, DescriptorPlacement placement)
    {
        Placement = placement;
        _relays = [.. relays.Where(IsDirectory)];
        _indexes = [.. _relays.Select(relay => placement.GetDirectoryIndex(relay.Ed25519Identity))];
        Array.Sort(_indexes, _relays);
    }

    /// <summary>What the ring was made with.</summary>
    public DescriptorPlacement Placement { get; }

    /// <summary>Directories on the ring.</summary>
    public int Count => _relays.Length;

    /// <summary>Whether a relay holds descriptors: the flag, the protocol, and an identity that is known.</summary>
    public static bool IsDirectory(Relay relay) =>
        relay.Has(RelayFlags.HSDir)
        && relay.Status.Protocols.Supports(ProtocolName.HSDir, ProtocolVersion)
        && !relay.Ed25519Identity.IsZero;

    /// <summary>The directories of a descriptor, those of the first copy first; none twice, so that a small network gives fewer.</summary>
    /// <param name="key">The name of the descriptor.</param>
    /// <param name="replicas">Copies, from 1.</param>
    /// <param name="spread">Directories for each copy, from 1.</param>
    public IReadOnlyList<Relay> FindResponsible(BlindedKey key, int replicas, int spread)
    {
        var responsible = new List<Relay>();
        for (int replica = 1; replica <= replicas && responsible.Count < Count; replica++)
        {
            int start = FindStart(Placement.GetServiceIndex(key, replica));
            int wanted = spread;
            for (int step = 0; step < Count && wanted > 0; step++)
            {
                Relay relay = _relays[(start + step) % Count];
                if (!responsible.Contains(relay))
                {
                    responsible.Add(relay);
                    wanted--;
                }
            }
        }

        return responsible;
    }

    /// <summary>The first directory at or after a place; past the last one the ring begins again.</summary>
    private int FindStart(Digest256 index)
    {
        int found = Array.BinarySearch(_indexes, index);
        return (found < 0 ? ~found : found) % Count;
    }
}
