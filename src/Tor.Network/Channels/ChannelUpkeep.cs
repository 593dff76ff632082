using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>
/// What happens to the channels of one owner by the clock: idle ones are padded (padding-spec, "Connection-level padding"), those that
/// carry no circuit are closed ("Connection timeouts"), and so are those whose peer does not read.
/// </summary>
/// <remarks>
/// One timer for all. Once a second it looks at every channel, and remembers those whose padding may be due before the next look; for
/// these it wakes up to the millisecond. A channel is added from any thread; all the rest belongs to the timer.
/// </remarks>
public sealed partial class ChannelUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan _round = TimeSpan.FromSeconds(1);

    /// <summary>Shortest pause between two looks, whatever the consensus says.</summary>
    private static readonly TimeSpan _grain = TimeSpan.FromMilliseconds(10);

    private readonly ChannelUpkeepOptions _options;
    private readonly Func<ChannelPaddingParameters> _source;
    private readonly ChannelEnvironment _environment;
    private readonly ConcurrentQueue<KeptChannel> _added = new();
    private readonly PriorityQueue<KeptChannel, TimeSpan> _soon = new();
    private readonly ITimer _timer;
    private readonly List<KeptChannel> _channels = [];
    private ChannelPaddingParameters _parameters;
    private TimeSpan _nextRound;
    private long _paddingSent;
    private volatile bool _isStopped;

    /// <summary>Starts at once, without channels.</summary>
    /// <param name="options">How to keep them.</param>
    /// <param name="parameters">From the present consensus; asked once a second.</param>
    /// <param name="environment">Clock, randomness and log.</param>
    public ChannelUpkeep(ChannelUpkeepOptions options, Func<ChannelPaddingParameters> parameters, ChannelEnvironment environment)
    {
        _options = options;
        _source = parameters;
        _environment = environment;
        _parameters = parameters();
        _nextRound = environment.Now + _round;
        _timer = environment.Time.CreateTimer(_ => OnTimer(), null, _round, Timeout.InfiniteTimeSpan);
    }

    /// <summary>PADDING cells sent so far.</summary>
    public long PaddingSent => Interlocked.Read(ref _paddingSent);

    /// <summary>Keeps a channel from now on, until it closes.</summary>
    public void Add(Channel channel)
    {
        var kept = new KeptChannel(channel, _options, _source(), _environment.Random);
        kept.SendNegotiation(); // before the first circuit
        _added.Enqueue(kept);
    }

    /// <summary>Stops; channels stay as they are.</summary>
    public ValueTask DisposeAsync()
    {
        _isStopped = true;
        return _timer.DisposeAsync();
    }

    private void OnTimer()
    {
        try
        {
            TimeSpan now = _environment.Now;
            if (now >= _nextRound)
            {
                DoRound(now);
            }

            PadWhatIsDue(now);
        }
        catch (Exception failure)
        {
            LogFault(_environment.Log, failure); // the channels go on, and so does the timer
        }

        if (!_isStopped)
        {
            TimeSpan pause = (_soon.TryPeek(out _, out TimeSpan due) && due < _nextRound ? due : _nextRound) - _environment.Now;
            _timer.Change(pause > _grain ? pause : _grain, Timeout.InfiniteTimeSpan); // timers count whole milliseconds: a shorter pause would be none
        }
    }

    private void DoRound(TimeSpan now)
    {
        _nextRound = now + _round;
        ChannelPaddingParameters parameters = _source();
        bool isNew = !parameters.Equals(_parameters);
        _parameters = parameters;
        while (_added.TryDequeue(out KeptChannel? added))
        {
            _channels.Add(added);
        }

        _channels.RemoveAll(kept => kept.Channel.IsClosed);
        _soon.Clear();
        foreach (KeptChannel kept in _channels)
        {
            kept.CloseIfUseless(now);
            kept.KeepAlive(now);
            kept.Observe();
            if (isNew)
            {
                kept.OnParameters(parameters);
                kept.SendNegotiation();
            }

            Remember(kept, now);
        }
    }

    private void PadWhatIsDue(TimeSpan now)
    {
        while (_soon.TryPeek(out KeptChannel? kept, out TimeSpan due) && due <= now)
        {
            _soon.Dequeue();
            if (kept.TryPad(now))
            {
                Interlocked.Increment(ref _paddingSent);
            }

            Remember(kept, now + _grain);
        }
    }

    private void Remember(KeptChannel kept, TimeSpan earliest)
    {
        if (kept.NextDeadline is { } deadline && deadline < _nextRound)
        {
            _soon.Enqueue(kept, deadline > earliest ? deadline : earliest);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in the upkeep of channels; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
