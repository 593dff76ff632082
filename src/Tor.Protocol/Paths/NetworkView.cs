using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>A snapshot of the network as paths are chosen from it: one consensus and the microdescriptors we have for it.</summary>
/// <remarks>Immutable and safe to share between threads: a new consensus or more microdescriptors make a new view.</remarks>
public sealed class NetworkView
{
    /// <summary>How far before and after its validity a consensus is still good enough for choosing paths (stock's "reasonably live").</summary>
    public static readonly TimeSpan LivenessTolerance = TimeSpan.FromHours(24);

    private readonly Dictionary<RsaIdentity, Relay> _byRsaIdentity;
    private readonly Lazy<Dictionary<Ed25519Identity, Relay>> _byEd25519Identity;
    private readonly Lazy<WeightTable>[] _tables;

    /// <param name="consensus">A consensus whose signatures were verified.</param>
    /// <param name="microdescriptors">Microdescriptors by digest, more or fewer than the consensus names.</param>
    public NetworkView(Consensus consensus, IReadOnlyDictionary<Digest256, Microdescriptor> microdescriptors)
    {
        Consensus = consensus;
        var relays = new Relay[consensus.Relays.Count];
        _byRsaIdentity = new Dictionary<RsaIdentity, Relay>(relays.Length);
        for (int i = 0; i < relays.Length; i++)
        {
            RouterStatus status = consensus.Relays[i];
            relays[i] = new Relay(i, status, microdescriptors.GetValueOrDefault(status.MicrodescriptorDigest));
            _byRsaIdentity.TryAdd(status.Identity, relays[i]);
        }

        Relays = relays;
        _byEd25519Identity = new(IndexByEd25519Identity);
        _tables = [.. Enum.GetValues<RelayPosition>().Select(position => new Lazy<WeightTable>(() => BuildTable(position)))];
    }

    /// <summary>The consensus this view is made of.</summary>
    public Consensus Consensus { get; }

    /// <summary>All relays in the order of the consensus, usable or not.</summary>
    public IReadOnlyList<Relay> Relays { get; }

    /// <summary>The relay of that fingerprint, null when the consensus does not list it.</summary>
    public Relay? Find(RsaIdentity identity) => _byRsaIdentity.GetValueOrDefault(identity);

    /// <summary>The relay of that Ed25519 identity, null when none is known to have it. Zero finds nothing.</summary>
    public Relay? Find(Ed25519Identity identity) => _byEd25519Identity.Value.GetValueOrDefault(identity);

    /// <summary>Whether the consensus is valid, or missed its validity by less than <see cref="LivenessTolerance"/>.</summary>
    /// <param name="utcNow">Wall clock, UTC.</param>
    public bool IsReasonablyLive(DateTime utcNow) =>
        utcNow >= Consensus.ValidAfter - LivenessTolerance && utcNow <= Consensus.ValidUntil + LivenessTolerance;

    /// <summary>
    /// The relays that can stand in a position, with their weights. Guard, middle and exit tables hold usable relays; the directory table
    /// holds running directories, microdescriptor or not.
    /// </summary>
    public WeightTable Table(RelayPosition position) => _tables[(int)position].Value;

    /// <summary>Share of paths that could be built now (stock's <c>compute_frac_paths_available</c>).</summary>
    /// <param name="constraints">Configured relay sets; null for none.</param>
    public PathAvailability MeasureAvailability(PathConstraints? constraints = null)
    {
        constraints ??= PathConstraints.None;
        List<Relay> middles = [.. Relays.Where(relay => relay.Has(RelayFlags.Running) && relay.SupportsExtend2)];
        List<Relay> guards = constraints.EntryNodes is { } entries
            ? [.. middles.Where(entries.Contains)]
            : [.. middles.Where(relay => relay.MayBeGuard)];
        List<Relay> exits = [.. middles.Where(relay => relay.Has(RelayFlags.Exit) && MayExit(relay))];
        bool hasExits = exits.Exists(HasMicrodescriptor);
        double middleFraction = FractionPresent(middles, RelayPosition.Middle);
        double exitFraction = FractionPresent(exits, RelayPosition.Exit);
        if (constraints.ExitNodes is { } configured)
        {
            List<Relay> own = [.. exits.Where(configured.Contains)];
            if (own.Count == 0)
            {
                own = [.. middles.Where(relay => configured.Contains(relay) && MayExit(relay))];
            }

            // The lower of the two, so that a directory cannot find out our exits by handing out descriptors slowly.
            exitFraction = Math.Min(exitFraction, FractionPresent(own, RelayPosition.Exit));
        }

        if (!hasExits && exitFraction <= 0)
        {
            exitFraction = middleFraction;
        }

        return new PathAvailability(
            FractionPresent(guards, RelayPosition.Guard), middleFraction, exitFraction, hasExits, middles.Count, middles.Count(HasMicrodescriptor));
    }

    private static bool HasMicrodescriptor(Relay relay) => relay.Microdescriptor is not null;

    /// <summary>An exit whose policy is not known yet still counts as missing; one that is known to reject everything does not count.</summary>
    private static bool MayExit(Relay relay) => relay.Microdescriptor is null || !relay.RejectsEveryPort;

    private double FractionPresent(List<Relay> relays, RelayPosition position)
    {
        if (relays.Count == 0)
        {
            return 0;
        }

        var weights = new BandwidthWeights(Consensus, position);
        double total = relays.Sum(weights.Of);
        return total <= 0
            ? relays.Count(HasMicrodescriptor) / (double)relays.Count
            : relays.Where(HasMicrodescriptor).Sum(weights.Of) / total;
    }

    private WeightTable BuildTable(RelayPosition position)
    {
        IEnumerable<Relay> relays = position switch
        {
            RelayPosition.Guard => Relays.Where(relay => relay.IsUsable && !relay.Has(RelayFlags.MiddleOnly)),
            RelayPosition.Exit => Relays.Where(relay => relay.IsUsable && relay.MayBeExit && !relay.RejectsEveryPort),
            RelayPosition.Directory => Relays.Where(relay => relay.Has(RelayFlags.Running | RelayFlags.Valid | RelayFlags.V2Dir)),
            _ => Relays.Where(relay => relay.IsUsable),
        };
        return new WeightTable(relays, new BandwidthWeights(Consensus, position).Of);
    }

    private Dictionary<Ed25519Identity, Relay> IndexByEd25519Identity()
    {
        var index = new Dictionary<Ed25519Identity, Relay>();
        foreach (Relay relay in Relays)
        {
            if (!relay.Ed25519Identity.IsZero)
            {
                index.TryAdd(relay.Ed25519Identity, relay);
            }
        }

        return index;
    }
}
