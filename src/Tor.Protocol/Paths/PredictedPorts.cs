using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Remembers what was asked for lately, so that circuits can be built before they are needed (path-spec, "Circuits built in advance").</summary>
/// <remarks>One owner, no locks. All times are monotonic.</remarks>
public sealed class PredictedPorts
{
    /// <summary>Different ports remembered; the oldest is forgotten for a new one.</summary>
    public const int MaxPorts = 256;

    private const ushort FirstPort = 443;
    private const ushort ResolvePort = 80;
    private const int DefaultTimeoutSeconds = 30 * 60;

    private readonly RandomSource _random;
    private readonly Dictionary<ExitPort, TimeSpan> _ports = [];
    private TimeSpan _baseTimeout;
    private TimeSpan? _internalAt;
    private TimeSpan? _internalStableAt;
    private TimeSpan _lastNoted;

    /// <summary>Starts with port 443 and an internal circuit, so that there are circuits when the first request comes.</summary>
    /// <param name="baseTimeout">See <see cref="ReadTimeout"/>; each period lasts up to twice as long, at random.</param>
    /// <param name="random">Where the length of a period comes from.</param>
    /// <param name="now">Monotonic time.</param>
    public PredictedPorts(TimeSpan baseTimeout, RandomSource random, TimeSpan now)
    {
        _random = random;
        _baseTimeout = baseTimeout;
        Note(new ExitPort(FirstPort), now);
        _internalAt = _internalStableAt = now;
    }

    /// <summary>How long a prediction lasts in the current period of activity.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>The number of the consensus (<c>nf_conntimeout_clients</c>, 60 seconds to a day), or what the operator set (<c>CircuitsAvailableTimeout</c>).</summary>
    public static TimeSpan ReadTimeout(Consensus? consensus, TimeSpan? configured) =>
        configured ?? TimeSpan.FromSeconds(ConsensusParameter.Read(consensus?.Parameters, "nf_conntimeout_clients", DefaultTimeoutSeconds, 60, 86_400));

    /// <summary>Takes over another base timeout, from the next period on.</summary>
    public void SetBaseTimeout(TimeSpan baseTimeout) => _baseTimeout = baseTimeout;

    /// <summary>A stream to that port was asked for. Port 0, a name resolution, counts as port 80.</summary>
    public void Note(ExitPort port, TimeSpan now)
    {
        StartPeriod(now);
        if (port.Port == 0)
        {
            port = port with { Port = ResolvePort };
        }

        _ports[port] = now;
        if (_ports.Count > MaxPorts)
        {
            _ports.Remove(_ports.MinBy(entry => entry.Value).Key);
        }
    }

    /// <summary>An internal circuit was asked for.</summary>
    public void NoteInternal(bool needsStable, TimeSpan now)
    {
        StartPeriod(now);
        _internalAt = now;
        _internalStableAt = needsStable ? now : _internalStableAt;
    }

    /// <summary>Ports that will probably be asked for again.</summary>
    public IReadOnlyList<ExitPort> Get(TimeSpan now)
    {
        Expire(now);
        return [.. _ports.Keys];
    }

    /// <summary>Whether an internal circuit will probably be asked for, and whether a stable one.</summary>
    public (bool IsNeeded, bool NeedsStable) GetInternal(TimeSpan now) => (IsRecent(_internalAt, now), IsRecent(_internalStableAt, now));

    /// <summary>No relay takes these ports: do not expect them any more.</summary>
    public void Remove(IEnumerable<ExitPort> ports)
    {
        foreach (ExitPort port in ports)
        {
            _ports.Remove(port);
        }
    }

    /// <summary>Nothing was asked for in so long that no circuits should be kept ready.</summary>
    public bool IsDormant(TimeSpan now)
    {
        Expire(now);
        return _ports.Count == 0 && !IsRecent(_internalAt, now);
    }

    /// <summary>Time until predictions end if nothing more is asked for; never negative.</summary>
    public TimeSpan Remaining(TimeSpan now)
    {
        TimeSpan left = _lastNoted + Timeout - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>After a silence the length of the period is drawn again, so that its end does not mark its beginning.</summary>
    private void StartPeriod(TimeSpan now)
    {
        if (Timeout == TimeSpan.Zero || IsDormant(now))
        {
            Timeout = _baseTimeout + (_baseTimeout * _random.NextDouble());
        }

        _lastNoted = now;
    }

    private bool IsRecent(TimeSpan? time, TimeSpan now) => time is { } at && at + Timeout >= now;

    private void Expire(TimeSpan now)
    {
        foreach (ExitPort port in _ports.Where(entry => !IsRecent(entry.Value, now)).Select(entry => entry.Key).ToArray())
        {
            _ports.Remove(port);
        }
    }
}
