using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>The descriptors and extra-info documents that an authority holds: the newest of each relay, and older ones for those who ask by digest.</summary>
/// <remarks>Pure; one owner.</remarks>
public sealed class DescriptorShelf
{
    /// <summary>How long a replaced descriptor is kept, by its publication.</summary>
    public static readonly TimeSpan KeepOld = TimeSpan.FromDays(5);

    /// <summary>How long a relay's newest descriptor is kept, by its publication.</summary>
    public static readonly TimeSpan KeepCurrent = TimeSpan.FromHours(48);

    private readonly Dictionary<RsaIdentity, RouterDescriptor> _current = [];
    private readonly Dictionary<Digest160, RouterDescriptor> _byDigest = [];
    private readonly Dictionary<Digest160, ExtraInfo> _extraInfos = [];
    private readonly List<RouterDescriptor> _newDescriptors = [];
    private readonly List<ExtraInfo> _newExtraInfos = [];

    /// <summary>The newest descriptor of each relay.</summary>
    public IReadOnlyDictionary<RsaIdentity, RouterDescriptor> Current => _current;

    /// <summary>All extra-info documents, by digest.</summary>
    public IReadOnlyDictionary<Digest160, ExtraInfo> ExtraInfos => _extraInfos;

    /// <summary>A descriptor, new or old, by the digest of its signed part; null when it is not held.</summary>
    public RouterDescriptor? Find(Digest160 digest) => _byDigest.GetValueOrDefault(digest);

    /// <summary>The newest descriptor of a relay; null when there is none.</summary>
    public RouterDescriptor? FindCurrent(RsaIdentity identity) => _current.GetValueOrDefault(identity);

    /// <summary>Keeps a descriptor as the relay's newest.</summary>
    public void Replace(RouterDescriptor descriptor)
    {
        _current[descriptor.Identity] = descriptor;
        KeepOlder(descriptor);
    }

    /// <summary>Keeps a descriptor for those who ask by digest.</summary>
    public void KeepOlder(RouterDescriptor descriptor)
    {
        _byDigest[descriptor.Digest] = descriptor;
        _newDescriptors.Add(descriptor);
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
        RemoveWhere(_byDigest, descriptor => descriptor.Declaration.Published < now - KeepOld
            || (descriptor.Declaration.Published < now - KeepCurrent && _current.GetValueOrDefault(descriptor.Identity) is null));
        var named = _byDigest.Values.Select(descriptor => descriptor.Declaration.ExtraInfoDigest).ToHashSet();
        RemoveWhere(_extraInfos, extraInfo => !named.Contains(extraInfo.Digest));
    }

    /// <summary>Forgets the relays that are not wanted any more.</summary>
    public void Remove(RsaIdentity identity)
    {
        if (_current.Remove(identity))
        {
            RemoveWhere(_byDigest, descriptor => descriptor.Identity == identity);
        }
    }

    private static void RemoveWhere<TKey, TValue>(Dictionary<TKey, TValue> map, Func<TValue, bool> condition)
        where TKey : notnull
    {
        foreach (TKey key in map.Where(pair => condition(pair.Value)).Select(pair => pair.Key).ToArray())
        {
            map.Remove(key);
        }
    }
}
