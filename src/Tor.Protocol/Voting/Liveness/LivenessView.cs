using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The client's side: believes what more than half of the authorities say (docs/spec/liveness.md, "What a client believes"). Mirrors use it too.</summary>
/// <remarks>Pure; one owner. Time is the wall clock, UTC: documents carry time stamps.</remarks>
public sealed class LivenessView(LivenessNetwork network)
{
    private static readonly TimeSpan MaxAhead = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<Ed25519Identity, LivenessDocument> _documents = [];
    private LivenessConsensus _consensus = LivenessConsensus.None;
    private HashSet<Ed25519Identity> _speakers = [];
    private SortedSet<RsaIdentity> _down = [];

    /// <summary>Relays that are not to be chosen.</summary>
    public IReadOnlySet<RsaIdentity> Down => _down;

    /// <summary>The newest documents, for those who ask us.</summary>
    public LivenessBundle Bundle => new([.. _documents.Values]);

    /// <summary>When a document ends, so that <see cref="OnDeadline"/> is due; null without documents.</summary>
    public DateTime? NextDeadline => _documents.Count == 0 ? null : _documents.Values.Min(document => document.Time + document.Lifetime);

    /// <summary>Whether the relay is to be passed over.</summary>
    public bool IsDown(RsaIdentity relay) => _down.Contains(relay);

    /// <summary>How many authorities have a document that is good now; with no more than half of them nobody is down.</summary>
    public int CountSpeaking(DateTime now) => _documents.Values.Count(document => IsGood(document, now));

    /// <summary>How many authorities list the relay in a document that is good now.</summary>
    public int CountAuthorities(RsaIdentity relay, DateTime now) =>
        _documents.Values.Count(document => IsGood(document, now) && document.Down.Contains(relay));

    /// <summary>A new consensus. Documents of those who may not speak any longer are forgotten.</summary>
    public void OnConsensus(LivenessConsensus consensus, DateTime now)
    {
        _consensus = consensus;
        _speakers = [.. consensus.Speakers.Values];
        foreach (Ed25519Identity silenced in _documents.Keys.Where(authority => !_speakers.Contains(authority)).ToArray())
        {
            _documents.Remove(silenced);
        }

        Update(now);
    }

    /// <summary>Takes one document.</summary>
    public LivenessResult Receive(LivenessDocument document, DateTime now)
    {
        if (document.NetworkId != network.Id)
        {
            return LivenessResult.WrongNetwork;
        }

        if (!_speakers.Contains(document.Authority))
        {
            return LivenessResult.UnknownAuthority;
        }

        if (_documents.TryGetValue(document.Authority, out LivenessDocument? known) && known.Serial >= document.Serial)
        {
            return LivenessResult.Old;
        }

        if (!IsGood(document, now))
        {
            return LivenessResult.WrongTime;
        }

        if (!document.HasGoodSignature(now))
        {
            return LivenessResult.BadSignature;
        }

        _documents[document.Authority] = document;
        Update(now);
        return LivenessResult.Accepted;
    }

    /// <summary>Takes all documents of a bundle.</summary>
    /// <returns>Whether any of them was new and good.</returns>
    public bool Receive(LivenessBundle bundle, DateTime now)
    {
        bool any = false;
        foreach (LivenessDocument document in bundle.Documents)
        {
            any |= Receive(document, now) == LivenessResult.Accepted;
        }

        return any;
    }

    /// <summary>Lets documents count no longer that have ended. They stay, so that no older one is believed after them.</summary>
    public void OnDeadline(DateTime now) => Update(now);

    private static bool IsGood(LivenessDocument document, DateTime now) =>
        document.Time <= now + MaxAhead && now <= document.Time + document.Lifetime;

    private void Update(DateTime now)
    {
        IEnumerable<RsaIdentity> majority = _documents.Values
            .Where(document => IsGood(document, now))
            .SelectMany(document => document.Down)
            .GroupBy(relay => relay)
            .Where(group => group.Count() > network.AuthorityCount / 2)
            .Select(group => group.Key);
        _down = WeightLimit.Apply(majority, _down, _consensus.Weights);
    }
}
