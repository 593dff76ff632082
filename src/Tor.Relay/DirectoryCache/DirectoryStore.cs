using System.Collections.Immutable;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Tor.Relay.DirectoryCache;

/// <summary>The directory documents that a relay or an authority has, in memory. It believes what it is given: verifying is the giver's duty.</summary>
/// <remarks>Thread safe. Readers take <see cref="Current"/> once per request.</remarks>
public sealed class DirectoryStore(DirectoryStoreOptions options)
{
    private readonly Lock _gate = new();
    private volatile DirectorySnapshot _current = DirectorySnapshot.Empty;

    /// <summary>The documents of this moment.</summary>
    public DirectorySnapshot Current => _current;

    /// <summary>Takes a verified consensus, unless the one at hand is as new.</summary>
    /// <param name="consensus">What it says.</param>
    /// <param name="text">Its exact text; copied.</param>
    /// <returns>False when it was not newer.</returns>
    public bool PutConsensus(Consensus consensus, ReadOnlyMemory<byte> text)
    {
        lock (_gate)
        {
            CachedConsensus? previous = _current.ConsensusOf(consensus.Flavor);
            if (previous is not null && previous.ValidAfter >= consensus.ValidAfter)
            {
                return false;
            }

            CachedConsensus next = CachedConsensus.Create(consensus, text, previous, options.DiffBases);
            _current = consensus.Flavor == ConsensusFlavor.Unflavored
                ? _current with { UnflavoredConsensus = next }
                : MarkListed(consensus, _current with { MicrodescriptorConsensus = next });
            return true;
        }
    }

    /// <summary>Takes certificates; those that are known already are left as they are.</summary>
    public void AddCertificates(IEnumerable<AuthorityCertificate> certificates)
    {
        lock (_gate)
        {
            ImmutableDictionary<AuthorityKeyId, AuthorityCertificate>.Builder all = _current.Certificates.ToBuilder();
            foreach (AuthorityCertificate certificate in certificates)
            {
                all.TryAdd(certificate.KeyId, certificate);
            }

            foreach (AuthorityCertificate oldest in all.Values.OrderBy(certificate => certificate.Expires).SkipLast(options.MaxCertificates).ToArray())
            {
                all.Remove(oldest.KeyId);
            }

            _current = _current with { Certificates = all.ToImmutable() };
        }
    }

    /// <summary>Takes microdescriptors that the consensus of <paramref name="lastListed"/> lists; malformed ones are left out.</summary>
    public void AddMicrodescriptors(IEnumerable<MicrodescriptorEntry> entries, DateTime lastListed) =>
        AddMicrodescriptors(entries.Where(entry => entry.Fault is null).Select(entry => CachedMicrodescriptor.Of(entry, lastListed)));

    /// <summary>Takes descriptors. One older than the newest of its relay can still be had by its digest.</summary>
    public void AddDescriptors(IEnumerable<RouterDescriptor> descriptors)
    {
        lock (_gate)
        {
            ImmutableDictionary<Digest160, CachedDescriptor>.Builder all = _current.Descriptors.ToBuilder();
            ImmutableDictionary<RsaIdentity, CachedDescriptor>.Builder newest = _current.NewestDescriptors.ToBuilder();
            foreach (RouterDescriptor descriptor in descriptors)
            {
                CachedDescriptor cached = CachedDescriptor.Of(descriptor);
                all[cached.Digest] = cached;
                if (!newest.TryGetValue(cached.Identity, out CachedDescriptor? known) || known.Published <= cached.Published)
                {
                    newest[cached.Identity] = cached;
                }
            }

            foreach (CachedDescriptor oldest in Surplus(all.Values, options.MaxDescriptors, cached => cached.Published))
            {
                Remove(oldest, all, newest);
            }

            _current = _current with { Descriptors = all.ToImmutable(), NewestDescriptors = newest.ToImmutable() };
        }
    }

    /// <summary>Takes extra-info documents.</summary>
    public void AddExtraInfos(IEnumerable<ExtraInfo> extraInfos)
    {
        lock (_gate)
        {
            ImmutableDictionary<Digest160, CachedExtraInfo>.Builder all = _current.ExtraInfos.ToBuilder();
            foreach (ExtraInfo extraInfo in extraInfos)
            {
                all[extraInfo.Digest] = CachedExtraInfo.Of(extraInfo);
            }

            foreach (CachedExtraInfo oldest in Surplus(all.Values, options.MaxDescriptors, cached => cached.Published))
            {
                all.Remove(oldest.Digest);
            }

            _current = _current with { ExtraInfos = all.ToImmutable() };
        }
    }

    /// <summary>Forgets a relay: an authority that no longer accepts it.</summary>
    public void RemoveRelay(RsaIdentity relay)
    {
        lock (_gate)
        {
            _current = _current with
            {
                Descriptors = _current.Descriptors.RemoveRange(_current.Descriptors.Values.Where(cached => cached.Identity == relay).Select(cached => cached.Digest)),
                NewestDescriptors = _current.NewestDescriptors.Remove(relay),
                ExtraInfos = _current.ExtraInfos.RemoveRange(_current.ExtraInfos.Values.Where(cached => cached.Identity == relay).Select(cached => cached.Digest)),
            };
        }
    }

    /// <summary>Forgets what is too old. Call every hour or so.</summary>
    /// <param name="now">UTC.</param>
    public void RemoveOld(DateTime now)
    {
        lock (_gate)
        {
            ImmutableDictionary<Digest160, CachedDescriptor>.Builder all = _current.Descriptors.ToBuilder();
            ImmutableDictionary<RsaIdentity, CachedDescriptor>.Builder newest = _current.NewestDescriptors.ToBuilder();
            foreach (CachedDescriptor cached in _current.Descriptors.Values)
            {
                bool isNewest = newest.TryGetValue(cached.Identity, out CachedDescriptor? latest) && latest.Digest == cached.Digest;
                if (now - cached.Published > (isNewest ? options.DescriptorAge : options.OldDescriptorAge))
                {
                    Remove(cached, all, newest);
                }
            }

            _current = _current with
            {
                Descriptors = all.ToImmutable(),
                NewestDescriptors = newest.ToImmutable(),
                ExtraInfos = _current.ExtraInfos.RemoveRange(
                    _current.ExtraInfos.Values.Where(cached => now - cached.Published > options.OldDescriptorAge).Select(cached => cached.Digest)),
                Microdescriptors = _current.Microdescriptors.RemoveRange(
                    _current.Microdescriptors.Values.Where(cached => now - cached.LastListed > options.MicrodescriptorAge).Select(cached => cached.Digest)),
                Certificates = _current.Certificates.RemoveRange(
                    _current.Certificates.Where(certificate => certificate.Value.Expires < now).Select(certificate => certificate.Key)),
            };
        }
    }

    /// <summary>Takes microdescriptors from a cache file, with the times that stand in it.</summary>
    internal void AddMicrodescriptors(IEnumerable<CachedMicrodescriptor> entries)
    {
        lock (_gate)
        {
            ImmutableDictionary<Digest256, CachedMicrodescriptor>.Builder all = _current.Microdescriptors.ToBuilder();
            foreach (CachedMicrodescriptor entry in entries)
            {
                if (!all.TryGetValue(entry.Digest, out CachedMicrodescriptor? known) || known.LastListed < entry.LastListed)
                {
                    all[entry.Digest] = entry;
                }
            }

            foreach (CachedMicrodescriptor oldest in Surplus(all.Values, options.MaxMicrodescriptors, cached => cached.LastListed))
            {
                all.Remove(oldest.Digest);
            }

            _current = _current with { Microdescriptors = all.ToImmutable() };
        }
    }

    private static DirectorySnapshot MarkListed(Consensus consensus, DirectorySnapshot snapshot)
    {
        ImmutableDictionary<Digest256, CachedMicrodescriptor>.Builder all = snapshot.Microdescriptors.ToBuilder();
        foreach (RouterStatus relay in consensus.Relays)
        {
            if (all.TryGetValue(relay.MicrodescriptorDigest, out CachedMicrodescriptor? known))
            {
                all[relay.MicrodescriptorDigest] = known with { LastListed = consensus.ValidAfter };
            }
        }

        return snapshot with { Microdescriptors = all.ToImmutable() };
    }

    private static T[] Surplus<T>(IEnumerable<T> values, int limit, Func<T, DateTime> age)
    {
        int count = values.Count();
        return count <= limit ? [] : [.. values.OrderBy(age).Take(count - limit)];
    }

    private static void Remove(
        CachedDescriptor cached,
        ImmutableDictionary<Digest160, CachedDescriptor>.Builder all,
        ImmutableDictionary<RsaIdentity, CachedDescriptor>.Builder newest)
    {
        all.Remove(cached.Digest);
        if (newest.TryGetValue(cached.Identity, out CachedDescriptor? latest) && latest.Digest == cached.Digest)
        {
            newest.Remove(cached.Identity);
        }
    }
}
