using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Links;

/// <summary>Consensus parameters of link padding and of how long idle links live (padding-spec, "Consensus Parameters Governing
/// Behavior"). Replaced with each consensus.</summary>
public sealed record ChannelPaddingParameters
{
    private const int MaxMilliseconds = 60_000;
    private static readonly TimeSpan _clientIdleTimeout = TimeSpan.FromSeconds(180);

    /// <summary>The defaults, for want of a consensus.</summary>
    public static ChannelPaddingParameters Default { get; } = new();

    /// <summary>nf_ito_low: shortest pause before padding, 0 to 60 s. Default 1.5 s.</summary>
    public TimeSpan Low { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>nf_ito_high: longest pause before padding, <see cref="Low"/> to 60 s. Default 9.5 s. Both 0: no padding.</summary>
    public TimeSpan High { get; init; } = TimeSpan.FromMilliseconds(9500);

    /// <summary>nf_ito_low_reduced: <see cref="Low"/> for clients that save traffic. Default 9 s.</summary>
    public TimeSpan ReducedLow { get; init; } = TimeSpan.FromMilliseconds(9000);

    /// <summary>nf_ito_high_reduced: <see cref="High"/> for clients that save traffic. Default 14 s.</summary>
    public TimeSpan ReducedHigh { get; init; } = TimeSpan.FromMilliseconds(14_000);

    /// <summary>nf_pad_before_usage: whether to pad before the link carries anybody's data. Default true.</summary>
    public bool PadBeforeUsage { get; init; } = true;

    /// <summary>nf_pad_relays: whether to pad between relays. Default false.</summary>
    public bool PadRelays { get; init; }

    /// <summary>nf_pad_single_onion: whether single onion services pad. Default true.</summary>
    public bool PadSingleOnion { get; init; } = true;

    /// <summary>nf_conntimeout_relays: how long relays keep idle links to each other, 60 s to 7 days. Default 1 h.</summary>
    public TimeSpan RelayIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>nf_conntimeout_clients: how long clients keep unused circuits at hand, 60 s to 1 day. Default 30 min.</summary>
    public TimeSpan CircuitsAvailableTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Takes them from a consensus; what is missing has its default, what is out of range is clamped.</summary>
    public static ChannelPaddingParameters FromConsensus(IReadOnlyDictionary<string, int> parameters)
    {
        int Get(string name, int standard, int min, int max) =>
            Math.Clamp(parameters.TryGetValue(name, out int value) ? value : standard, min, max);

        int low = Get("nf_ito_low", 1500, 0, MaxMilliseconds);
        int reducedLow = Get("nf_ito_low_reduced", 9000, 0, MaxMilliseconds);
        return new ChannelPaddingParameters
        {
            Low = TimeSpan.FromMilliseconds(low),
            High = TimeSpan.FromMilliseconds(Get("nf_ito_high", 9500, low, MaxMilliseconds)),
            ReducedLow = TimeSpan.FromMilliseconds(reducedLow),
            ReducedHigh = TimeSpan.FromMilliseconds(Get("nf_ito_high_reduced", 14_000, reducedLow, MaxMilliseconds)),
            PadBeforeUsage = Get("nf_pad_before_usage", 1, 0, 1) == 1,
            PadRelays = Get("nf_pad_relays", 0, 0, 1) == 1,
            PadSingleOnion = Get("nf_pad_single_onion", 1, 0, 1) == 1,
            RelayIdleTimeout = TimeSpan.FromSeconds(Get("nf_conntimeout_relays", 3600, 60, 7 * 86_400)),
            CircuitsAvailableTimeout = TimeSpan.FromSeconds(Get("nf_conntimeout_clients", 1800, 60, 86_400)),
        };
    }

    /// <summary>How long to keep a link after its last circuit: 3 to 4.5 min where a client is at one end or the link is not canonical,
    /// else three to five quarters of <see cref="RelayIdleTimeout"/>; half of it for clients that save traffic.</summary>
    public TimeSpan DrawIdleTimeout(bool isClientLink, bool isCanonical, bool isReduced, RandomSource random)
    {
        TimeSpan timeout = isClientLink || !isCanonical
            ? _clientIdleTimeout + (_clientIdleTimeout / 2 * random.NextDouble())
            : (RelayIdleTimeout * 3 / 4) + (RelayIdleTimeout / 2 * random.NextDouble());
        return isReduced ? timeout / 2 : timeout;
    }

    /// <summary>How long a client keeps unused circuits: once to twice <see cref="CircuitsAvailableTimeout"/>; half of it when it saves
    /// traffic.</summary>
    public TimeSpan DrawCircuitsAvailableTimeout(bool isReduced, RandomSource random)
    {
        TimeSpan least = isReduced ? CircuitsAvailableTimeout / 2 : CircuitsAvailableTimeout;
        return least + (least * random.NextDouble());
    }
}
