using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>
/// Which descriptors are worth keeping although their relay has a newer one: two of each relay, and beyond that what a consensus lists
/// (routerlist.c, routerlist_remove_old_cached_routers_with_id).
/// </summary>
/// <remarks>Pure; one owner. A relay may sign as many descriptors as it likes: without a limit one key could fill the memory of whoever keeps them.</remarks>
public sealed class ReplacedDescriptors
{
    /// <summary>Unlisted descriptors kept of one relay.</summary>
    public const int MaxPerRelay = 2;

    private readonly Dictionary<RsaIdentity, List<(Digest160 Digest, DateTime Published)>> _relays = [];

    /// <summary>Digests of the descriptors that are kept of a relay, in no particular order.</summary>
    public IEnumerable<Digest160> Of(RsaIdentity relay) => _relays.GetValueOrDefault(relay, []).Select(kept => kept.Digest);

    /// <summary>Adds a descriptor that was replaced, or that came after a newer one.</summary>
    /// <param name="relay">Its relay.</param>
    /// <param name="digest">SHA-1 of its signed part.</param>
    /// <param name="published">When it was made, UTC.</param>
    /// <param name="isListed">Whether the consensus at hand lists a descriptor.</param>
    /// <returns>Digests of those to be forgotten now, the oldest of the relay; perhaps the new one itself.</returns>
    public IReadOnlyList<Digest160> Add(RsaIdentity relay, Digest160 digest, DateTime published, Predicate<Digest160> isListed)
    {
        if (!_relays.TryGetValue(relay, out List<(Digest160 Digest, DateTime Published)>? kept))
        {
            _relays.Add(relay, kept = []);
        }

        if (!kept.Exists(each => each.Digest == digest))
        {
            kept.Add((digest, published));
        }

        Digest160[] surplus = [.. kept.Where(each => !isListed(each.Digest))
            .OrderByDescending(each => each.Published)
            .Skip(MaxPerRelay)
            .Select(each => each.Digest)];
        kept.RemoveAll(each => surplus.Contains(each.Digest));
        return surplus;
    }

    /// <summary>Forgets one descriptor; nothing happens when it is not kept here.</summary>
    public void Remove(RsaIdentity relay, Digest160 digest)
    {
        if (_relays.TryGetValue(relay, out List<(Digest160 Digest, DateTime Published)>? kept)
            && kept.RemoveAll(each => each.Digest == digest) > 0 && kept.Count == 0)
        {
            _relays.Remove(relay);
        }
    }
}
