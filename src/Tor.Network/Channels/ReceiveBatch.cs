namespace Tunic.Tor.Network.Channels;

/// <summary>
/// The channels that got cells while one channel handled what it had received. They are flushed together afterwards, so
/// that many cells share a TLS record and a system call.
/// </summary>
/// <remarks>Belongs to one receive loop.</remarks>
public sealed class ReceiveBatch
{
    private readonly List<Channel> _channels = [];

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

    internal void Flush()
    {
        foreach (Channel channel in _channels)
        {
            channel.Flush();
        }

        _channels.Clear();
    }
}
