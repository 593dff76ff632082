using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Protocol.Paths.Vanguards;

/// <summary>
/// The few relays that are second hops of circuits of onion services for days (vanguards-lite, proposal 333; stock entrynodes.c,
/// maintain_layer2_guards). Whoever makes us build circuit after circuit sees the same few relays, and not soon one that is his own and next to our guard.
/// </summary>
/// <remarks>Pure; the owner serialises. As stock does, it lives only as long as the process.</remarks>
public sealed class SecondHops(RandomSource random)
{
    private const RelayFlags Suitable = RelayFlags.Stable | RelayFlags.Fast;

    private readonly Dictionary<RsaIdentity, DateTime> _expiry = [];

    /// <summary>Who they are now.</summary>
    public IReadOnlyCollection<RsaIdentity> Identities => _expiry.Keys;

    /// <summary>Whether a relay is one of them.</summary>
    public bool Contains(Relay relay) => _expiry.ContainsKey(relay.RsaIdentity);

    /// <summary>Who may be the second hop of a circuit of onion services, and who the third; see <see cref="PathRequest.Vanguards"/>. Chooses second hops as needed.</summary>
    /// <param name="environment">The network and the operator's wishes.</param>
    /// <param name="options">The operator's wishes about these hops.</param>
    /// <param name="utcNow">Wall clock, UTC.</param>
    public IReadOnlyList<Predicate<Relay>> GetLayers(PathEnvironment environment, VanguardOptions options, DateTime utcNow)
    {
        SecondHopParameters parameters = SecondHopParameters.From(environment.View.Consensus);
        if (!(options.IsEnabled ?? parameters.IsEnabled))
        {
            return [];
        }

        Predicate<Relay> second = Contains;
        if (options.SecondHops is { } own)
        {
            second = own.Contains;
        }
        else
        {
            Maintain(environment, parameters, utcNow);
        }

        return options.ThirdHops is { } third ? [second, third.Contains] : [second];
    }

    /// <summary>Lets those go whose time is up or who are no longer suitable, and chooses others. Call it before each use.</summary>
    /// <param name="environment">The network and the operator's wishes.</param>
    /// <param name="parameters">From the same consensus.</param>
    /// <param name="utcNow">Wall clock, UTC.</param>
    public void Maintain(PathEnvironment environment, SecondHopParameters parameters, DateTime utcNow)
    {
        foreach ((RsaIdentity identity, DateTime expiry) in _expiry.ToArray())
        {
            if (expiry <= utcNow || environment.View.Find(identity)?.Has(Suitable) != true)
            {
                _expiry.Remove(identity);
            }
        }

        while (_expiry.Count < parameters.Count && Choose(environment) is { } relay)
        {
            TimeSpan spread = parameters.MaxLifetime - parameters.MinLifetime;
            _expiry.Add(relay.RsaIdentity, utcNow + parameters.MinLifetime + (spread * random.NextDouble()));
        }
    }

    /// <summary>Forgets all of them (SIGNAL NEWNYM).</summary>
    public void Clear() => _expiry.Clear();

    /// <summary>
    /// A new one; of the same family as another is fine. Where suitable ones are too few, as in a young network, any until the next look: with a
    /// single second hop there would be no path to that relay itself, nor one by a guard that is it.
    /// </summary>
    private Relay? Choose(PathEnvironment environment)
    {
        bool IsNew(Relay relay) =>
            !Contains(relay) && environment.IsUp(relay) && !environment.IsOwn(relay) && environment.Constraints.ExcludeNodes?.Contains(relay) != true;

        WeightTable table = environment.View.Table(RelayPosition.Middle);
        return table.Choose(relay => relay.Has(Suitable) && IsNew(relay), random)
            ?? table.Choose(IsNew, random);
    }
}
