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
    private readonly DescriptorTable _descriptors = new(options);
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
            if (consensus.Flavor == ConsensusFlavor.Unflavored)
            {
                _descriptors.OnConsensus(consensus);
            }

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

    /// <summary>Takes descriptors. A few that are older than the newest of their relay can still be had by their digests.</summary>
    public void AddDescriptors(IEnumerable<RouterDescriptor> descriptors)
    {
        lock (_gate)
        {
            _current = _descriptors.Add(_current, descriptors);
        }
    }

    /// <summary>Takes extra-info documents.</summary>
    public void AddExtraInfos(IEnumerable<ExtraInfo> extraInfos)
    {
        lock (_gate)
        {
            _current = _descriptors.Add(_current, extraInfos);
        }
    }

    /// <summary>Forgets a relay: an authority that no longer accepts it.</summary>
    public void RemoveRelay(RsaIdentity relay)
    {
        lock (_gate)
        {
            _current = _descriptors.Remove(_current, descriptor => descriptor.Identity == relay, extraInfo => extraInfo.Identity == relay);
        }
    }

    /// <summary>Forgets what is too old. Call every hour or so.</summary>
    /// <param name="now">UTC.</param>
    public void RemoveOld(DateTime now)
    {
        lock (_gate)
        {
            DirectorySnapshot before = _current;
            bool IsOld(CachedDescriptor descriptor)
            {
                bool isNewest = before.NewestDescriptors.TryGetValue(descriptor.Identity, out CachedDescriptor? newest) && newest.Digest == descriptor.Digest;
                return now - descriptor.Published > (isNewest ? options.DescriptorAge : options.OldDescriptorAge);
            }

            _current = _descriptors.Remove(before, IsOld, extraInfo => now - extraInfo.Published > options.OldDescriptorAge) with
            {
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
}
