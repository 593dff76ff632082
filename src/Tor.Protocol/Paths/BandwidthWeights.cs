using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>How much a relay's bandwidth counts in one position, by its flags (dir-spec, "Bandwidth weights").</summary>
/// <remarks>One missing number makes every relay count in full, as in stock.</remarks>
internal sealed class BandwidthWeights
{
    private const int DefaultScale = 10_000;

    /// <summary>Bytes per second of a relay without a <c>w</c> line: any number will do, as all of them lack it then.</summary>
    private const double UnknownBandwidth = 30_000;

    private readonly double _guard;
    private readonly double _middle;
    private readonly double _exit;
    private readonly double _both;
    private readonly double _guardDirectory = 1;
    private readonly double _middleDirectory = 1;
    private readonly double _exitDirectory = 1;
    private readonly double _bothDirectory = 1;

    public BandwidthWeights(Consensus consensus, RelayPosition position)
    {
        int scale = ConsensusParameter.Read(consensus.Parameters, "bwweightscale", DefaultScale, 1, int.MaxValue);
        double Weight(string name) =>
            consensus.BandwidthWeights.TryGetValue(name, out int weight) ? Math.Clamp(weight, -1, scale) / (double)scale : -1;

        string letter = position switch
        {
            RelayPosition.Guard => "Wg",
            RelayPosition.Middle => "Wm",
            RelayPosition.Exit => "We",
            _ => "Wb",
        };
        _guard = Weight(letter + "g");
        _middle = Weight(letter + "m");
        _exit = position == RelayPosition.Guard ? 0 : Weight(letter + "e"); // an exit without Guard is no guard
        _both = Weight(letter + "d");
        if (position != RelayPosition.Directory)
        {
            _guardDirectory = Weight("Wgb");
            _middleDirectory = Weight("Wmb");
            _exitDirectory = Weight("Web");
            _bothDirectory = Weight("Wdb");
        }

        if (_guard < 0 || _middle < 0 || _exit < 0 || _both < 0
            || _guardDirectory < 0 || _middleDirectory < 0 || _exitDirectory < 0 || _bothDirectory < 0)
        {
            _guard = _middle = _exit = _both = 1;
            _guardDirectory = _middleDirectory = _exitDirectory = _bothDirectory = 1;
        }
    }

    /// <summary>Weighted bandwidth in bytes per second, 0 or more.</summary>
    public double Of(Relay relay)
    {
        double bandwidth = relay.Status.Bandwidth is { } kilobytes ? Math.Min(Math.Max(kilobytes, 0) * 1000d, int.MaxValue) : UnknownBandwidth;
        bool isGuard = relay.Has(RelayFlags.Guard);
        (double weight, double directory) = (isGuard, relay.IsWeightedAsExit) switch
        {
            (true, true) => (_both, _bothDirectory),
            (true, false) => (_guard, _guardDirectory),
            (false, true) => (_exit, _exitDirectory),
            (false, false) => (_middle, _middleDirectory),
        };
        return bandwidth * weight * (relay.Has(RelayFlags.V2Dir) ? directory : 1);
    }
}
