using Tunic.Tor.Network.Streams;

namespace Tunic.Tor.Network.Channels;

/// <summary>
/// The channels that got cells while one channel handled what it had received. They are flushed together afterwards, so
/// that many cells share a TLS record and a system call.
/// </summary>
/// <remarks>Belongs to one receive loop.</remarks>
public sealed class ReceiveBatch
{
    private readonly List<Channel> _channels = [];
    private readonly List<AsyncSignal> _signals = [];
    private readonly List<Action> _actions = [];

    /// <summary>Monotonic time at which the batch was received.</summary>
    public TimeSpan Now { get; internal set; }

    /// <summary>Remembers that the channel has something to send.</summary>
    public void Add(Channel channel)
    {
        // A batch rarely touches more than a few channels, and mostly the same one again and again.
        if (_channels.Count > 0 && ReferenceEquals(_channels[^1], channel))
        {
            return;
        }

        if (!_channels.Contains(channel))
        {
            _channels.Add(channel);
        }
    }

    /// <summary>Wakes somebody once the batch has been handled and no gate is held.</summary>
    public void Wake(AsyncSignal signal)
    {
        if (_signals.Count == 0 || !ReferenceEquals(_signals[^1], signal))
        {
            _signals.Add(signal);
        }
    }

    /// <summary>
    /// Goes on with something once the batch has been handled and no gate is held, in the receive loop: for steps that are
    /// short, never block and throw nothing. They save a change of thread, which costs more than they do.
    /// </summary>
    public void After(Action action) => _actions.Add(action);

    internal void Flush()
    {
        foreach (Action action in _actions)
        {
            action();
        }

        _actions.Clear();
        // Those who wake send acknowledgements, which then share the flush.
        foreach (AsyncSignal signal in _signals)
        {
            signal.Set();
        }

        _signals.Clear();
        foreach (Channel channel in _channels)
        {
            channel.Flush();
        }

        _channels.Clear();
    }
}
