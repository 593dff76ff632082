using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>The descriptors and extra-info documents that an authority holds: the newest of each relay, and a few older ones for those who ask by digest.</summary>
/// <remarks>Pure; one owner.</remarks>
/// <param name="maxRelays">Most relays; ask <see cref="HasRoomFor"/> before. Default 20 000, more than twice the public network.</param>
public sealed class DescriptorShelf(int maxRelays = 20_000)
{
    /// <summary>How long a replaced descriptor is kept, by its publication.</summary>
    public static readonly TimeSpan KeepOld = TimeSpan.FromDays(5);

    /// <summary>How long a relay's newest descriptor is kept, by its publication.</summary>
    public static readonly TimeSpan KeepCurrent = TimeSpan.FromHours(48);

    private readonly Dictionary<RsaIdentity, RouterDescriptor> _current = [];
    private readonly Dictionary<Digest160, RouterDescriptor> _byDigest = [];
    private readonly Dictionary<Digest160, ExtraInfo> _extraInfos = [];
    private readonly ReplacedDescriptors _replaced = new();
    private readonly List<RouterDescriptor> _newDescriptors = [];
    private readonly List<ExtraInfo> _newExtraInfos = [];
    private Dictionary<RsaIdentity, Digest160> _listed = [];

    /// <summary>The newest descriptor of each relay.</summary>
    public IReadOnlyDictionary<RsaIdentity, RouterDescriptor> Current => _current;

    /// <summary>All extra-info documents, by digest.</summary>
    public IReadOnlyDictionary<Digest160, ExtraInfo> ExtraInfos => _extraInfos;

    /// <summary>All descriptors, new and old.</summary>
    public int Count => _byDigest.Count;

    /// <summary>A descriptor, new or old, by the digest of its signed part; null when it is not held.</summary>
    public RouterDescriptor? Find(Digest160 digest) => _byDigest.GetValueOrDefault(digest);

    /// <summary>The newest descriptor of a relay; null when there is none.</summary>
    public RouterDescriptor? FindCurrent(RsaIdentity identity) => _current.GetValueOrDefault(identity);

    /// <summary>A new unflavoured consensus is at hand: what it lists is kept.</summary>
    public void OnConsensus(Consensus consensus) => _listed = consensus.Relays.ToDictionary(relay => relay.Identity, relay => relay.DescriptorDigest);

    /// <summary>Whether the consensus at hand lists the relay, with whatever descriptor.</summary>
    public bool IsListed(RsaIdentity identity) => _listed.ContainsKey(identity);

    /// <summary>Whether the consensus at hand lists this very descriptor.</summary>
    public bool IsListed(RsaIdentity identity, Digest160 digest) => _listed.TryGetValue(identity, out Digest160 listed) && listed == digest;

    /// <summary>Whether a relay may come in: one that is known or listed always may, since no relay has to give way to another.</summary>
    public bool HasRoomFor(RsaIdentity identity) => _current.Count < maxRelays || _current.ContainsKey(identity) || IsListed(identity);

    /// <summary>Keeps a descriptor as the relay's newest.</summary>
    public void Replace(RouterDescriptor descriptor)
    {
        RouterDescriptor? old = FindCurrent(descriptor.Identity);
        Put(descriptor);
        _current[descriptor.Identity] = descriptor;
        _replaced.Remove(descriptor.Identity, descriptor.Digest);
        if (old is not null && old.Digest != descriptor.Digest)
        {
            KeepReplaced(old);
        }
    }

    /// <summary>Keeps a descriptor for those who ask by digest, as long as the relay has no later ones.</summary>
    public void KeepOlder(RouterDescriptor descriptor)
    {
        Put(descriptor);
        KeepReplaced(descriptor);
    }

    /// <summary>Keeps an extra-info document.</summary>
    public void Keep(ExtraInfo extraInfo)
    {
        _extraInfos[extraInfo.Digest] = extraInfo;
        _newExtraInfos.Add(extraInfo);
    }

    /// <summary>Takes what has been kept since the last call, for those who serve it.</summary>
    public (IReadOnlyList<RouterDescriptor> Descriptors, IReadOnlyList<ExtraInfo> ExtraInfos) TakeNew()
    {
        var taken = (_newDescriptors.ToArray(), _newExtraInfos.ToArray());
        _newDescriptors.Clear();
        _newExtraInfos.Clear();
        return taken;
    }

    /// <summary>Forgets what is too old, and extra-info documents that no descriptor names.</summary>
    public void Expire(DateTime now)
    {
        RemoveWhere(_current, descriptor => descriptor.Declaration.Published < now - KeepCurrent);
        Forget(descriptor => descriptor.Declaration.Published < now - KeepOld
            || (descriptor.Declaration.Published < now - KeepCurrent && FindCurrent(descriptor.Identity) is null));
        var named = _byDigest.Values.Select(descriptor => descriptor.Declaration.ExtraInfoDigest).ToHashSet();
        RemoveWhere(_extraInfos, extraInfo => !named.Contains(extraInfo.Digest));
    }

    /// <summary>Forgets the relays that are not wanted any more.</summary>
    public void Remove(RsaIdentity identity)
    {
        if (_current.Remove(identity))
        {
            Forget(descriptor => descriptor.Identity == identity);
        }
    }

    private void Put(RouterDescriptor descriptor)
    {
        _byDigest[descriptor.Digest] = descriptor;
        _newDescriptors.Add(descriptor);
    }

    private void KeepReplaced(RouterDescriptor descriptor)
    {
        RsaIdentity relay = descriptor.Identity;
        foreach (Digest160 digest in _replaced.Add(relay, descriptor.Digest, descriptor.Declaration.Published, each => IsListed(relay, each)))
        {
            if (_byDigest.Remove(digest, out RouterDescriptor? surplus))
            {
                _newDescriptors.Remove(surplus);
                RemoveExtraInfo(surplus);
            }
        }
    }

    /// <summary>Removes the extra-info document of a descriptor that was removed, unless another one of the relay names it too.</summary>
    private void RemoveExtraInfo(RouterDescriptor removed)
    {
        Digest160 digest = removed.Declaration.ExtraInfoDigest;
        IEnumerable<RouterDescriptor?> others = _replaced.Of(removed.Identity).Select(Find).Append(FindCurrent(removed.Identity));
        if (_extraInfos.TryGetValue(digest, out ExtraInfo? extraInfo) && extraInfo.Identity == removed.Identity
            && !others.Any(other => other?.Declaration.ExtraInfoDigest == digest))
        {
            _extraInfos.Remove(digest);
        }
    }

    private void Forget(Func<RouterDescriptor, bool> condition)
    {
        foreach (RouterDescriptor descriptor in RemoveWhere(_byDigest, condition))
        {
            _replaced.Remove(descriptor.Identity, descriptor.Digest);
        }
    }

    private static List<TValue> RemoveWhere<TKey, TValue>(Dictionary<TKey, TValue> map, Func<TValue, bool> condition)
        where TKey : notnull
    {
        var removed = new List<TValue>();
        foreach (TKey key in map.Where(pair => condition(pair.Value)).Select(pair => pair.Key).ToArray())
        {
            map.Remove(key, out TValue? value);
            removed.Add(value!);
        }

        return removed;
    }
}
