using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Uploads;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>All that an authority knows of relays: their descriptors, who was reached, their ups and downs, what the operator says.</summary>
/// <remarks>Pure; one owner.</remarks>
public sealed class RelayRoster
{
    private static readonly TimeSpan AddressPenalty = TimeSpan.FromHours(1);
    private static readonly TimeSpan TestingAddressPenalty = TimeSpan.FromMinutes(4);

    private readonly AcceptanceOptions _options;
    private readonly FlagOptions _flags;
    private readonly IReadOnlySet<RsaIdentity> _authorities;

    /// <summary>A roster with what is remembered.</summary>
    /// <param name="state">What is remembered.</param>
    /// <param name="options">What is accepted.</param>
    /// <param name="flags">How flags are given.</param>
    /// <param name="authorities">Relay fingerprints of all authorities.</param>
    public RelayRoster(AuthorityState state, AcceptanceOptions options, FlagOptions flags, IReadOnlySet<RsaIdentity> authorities)
    {
        (_options, _flags, _authorities) = (options, flags, authorities);
        Shelf = state.Shelf;
        Pins = state.Pins;
        History = state.History;
        Acceptance = new DescriptorAcceptance(options, Shelf, Pins) { Standings = state.Standings };
    }

    /// <summary>Descriptors and extra-info documents.</summary>
    public DescriptorShelf Shelf { get; }

    /// <summary>Decides about uploads.</summary>
    public DescriptorAcceptance Acceptance { get; }

    /// <summary>Pinned identity pairs.</summary>
    public KeyPinningJournal Pins { get; }

    /// <summary>Ups and downs of all relays.</summary>
    public StabilityHistory History { get; }

    /// <summary>Who was reached when.</summary>
    public ReachabilityBook Reachability { get; } = new();

    /// <summary>The relays that are to be tested at the start: when one was reached is not remembered (networkstatus.c).</summary>
    public IEnumerable<RsaIdentity> StartTests => WithoutSelf(Shelf.Current.Keys);

    /// <summary>Takes the relays that are to be tested at once, because their descriptor is news.</summary>
    public IEnumerable<RsaIdentity> TakeUrgentTests()
    {
        var relays = new List<RsaIdentity>();
        while (Acceptance.TryTakeTest(out RsaIdentity relay))
        {
            relays.Add(relay);
        }

        return WithoutSelf(relays);
    }

    /// <summary>
    /// The relays of an upload that have not been reached for a long time, though their descriptors may be no news: after an authority has been started
    /// they would else wait for their turn, which comes every 20 minutes, if they come up later than it (here stock only waits).
    /// </summary>
    public IEnumerable<RsaIdentity> FindUnreached(ReceivedUpload upload, DateTime now) => WithoutSelf(upload.Descriptors
        .Select(descriptor => descriptor.Identity)
        .Where(relay => Shelf.FindCurrent(relay) is not null && !(Reachability.Find(relay).IPv4 > now - FlagAssigner.ReachableFor)));

    /// <summary>Takes the relays whose turn it is to be tested.</summary>
    public IEnumerable<RsaIdentity> TakeDueTests(DateTime now) => WithoutSelf(Reachability.TakeDue(Shelf.Current.Keys, now));

    /// <summary>A test reached a relay, which proved its fingerprint there. Nothing happens when address or Ed25519 identity are not those of its descriptor.</summary>
    /// <param name="relay">The fingerprint.</param>
    /// <param name="ed25519Identity">The Ed25519 identity that it proved; looked at only with <see cref="FlagOptions.TestEd25519LinkKeys"/>.</param>
    /// <param name="address">Where it was reached.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="consensus">The consensus at hand; its intervals say how bad it is to move.</param>
    public void OnReachable(RsaIdentity relay, Ed25519Identity ed25519Identity, IPEndPoint address, DateTime now, Consensus? consensus)
    {
        if (Shelf.FindCurrent(relay) is not { } descriptor || !HasAddress(descriptor, address))
        {
            return;
        }

        if (_flags.TestEd25519LinkKeys && descriptor.Ed25519Identity != ed25519Identity)
        {
            return;
        }

        Reachability.OnReachable(relay, address, now);
        if (address.Address.GetAddressBytes().Length == 4)
        {
            TimeSpan penalty = consensus is not null
                ? (consensus.FreshUntil - consensus.ValidAfter + (consensus.ValidUntil - consensus.ValidAfter)) / 2
                : _flags.IsTestingNetwork ? TestingAddressPenalty : AddressPenalty;
            History.OnReachable(relay, address, now, penalty);
        }
    }

    /// <summary>Whether the relay was reached lately or is in the consensus. Its tests must not wait for those of relays that were only uploaded.</summary>
    public bool IsProven(RsaIdentity relay, DateTime now) =>
        Shelf.IsListed(relay) || Reachability.Find(relay).IPv4 > now - FlagAssigner.ReachableFor;

    /// <summary>Whether the relay has uploaded, and has been reached where that matters.</summary>
    public bool IsReady(RsaIdentity relay) => Shelf.FindCurrent(relay) is not null
        && (relay == _options.Self || !_flags.TestReachability || Reachability.Find(relay).IPv4 is not null);

    /// <summary>Every relay for a vote; forgets before what is too old.</summary>
    public IReadOnlyList<KnownRelay> TakeStock(DateTime now)
    {
        Shelf.Expire(now);
        Reachability.Keep(relay => Shelf.FindCurrent(relay) is not null);
        History.Downrate(now);
        return [.. Shelf.Current.Values.Select(descriptor => new KnownRelay
        {
            Descriptor = descriptor,
            Standing = Acceptance.StandingOf(descriptor),
            LastReachable = Reachability.Find(descriptor.Identity).IPv4,
            LastReachableIPv6 = Reachability.Find(descriptor.Identity).IPv6,
            IsSelf = descriptor.Identity == _options.Self,
            IsAuthority = _authorities.Contains(descriptor.Identity),
        })];
    }

    private IEnumerable<RsaIdentity> WithoutSelf(IEnumerable<RsaIdentity> relays) =>
        _flags.TestReachability ? relays.Where(relay => relay != _options.Self) : [];

    private static bool HasAddress(RouterDescriptor descriptor, IPEndPoint address) =>
        (descriptor.Declaration.Address.Equals(address.Address) && descriptor.Declaration.OnionRouterPort == address.Port)
        || address.Equals(descriptor.Declaration.IPv6Address);
}
