namespace Tunic.Tor.Network.Channels;

/// <summary>What all channels of a node may move per second together, and what they have moved.</summary>
/// <remarks>Thread safe. A channel over the limit waits by itself, without holding a thread or a buffer; the others go on.</remarks>
public sealed class ChannelBandwidth(TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile TokenBucket[] _reading = [];
    private volatile TokenBucket[] _writing = [];
    private long _bytesRead;
    private long _bytesWritten;
    private long _cellsReceived;

    /// <summary>Plaintext bytes received on channels so far.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Plaintext bytes sent on channels so far.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Cells received so far.</summary>
    public long CellsReceived => Interlocked.Read(ref _cellsReceived);

    /// <summary>Whether a channel may read without waiting.</summary>
    internal bool MayRead => _reading.Length == 0 || GetWait(_reading) == TimeSpan.Zero;

    /// <summary>Whether the limits hold for channels to private addresses too (CountPrivateBandwidth). Default true.</summary>
    public bool CountsPrivate { get; set; } = true;

    /// <summary>Limits both directions, each with buckets of its own, as stock tor has them. Takes the place of the limits before; what their buckets hold stays.</summary>
    /// <param name="limits">Bytes per second on average, more than 0, and bytes at once. All of them hold; none for no limit.</param>
    public void SetLimits(params IReadOnlyList<(long BytesPerSecond, long Burst)> limits)
    {
        TimeSpan now = time.GetElapsedTime(0);
        lock (_gate)
        {
            _reading = Configure(_reading, limits, now);
            _writing = Configure(_writing, limits, now);
        }
    }

    internal ValueTask WaitToReadAsync() => _reading.Length == 0 ? default : WaitAsync(_reading);

    internal ValueTask WaitToWriteAsync() => _writing.Length == 0 ? default : WaitAsync(_writing);

    internal void OnRead(int bytes, int cells, bool isLimited)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        Interlocked.Add(ref _cellsReceived, cells);
        if (isLimited)
        {
            Take(_reading, bytes);
        }
    }

    internal void OnWritten(int bytes, bool isLimited)
    {
        Interlocked.Add(ref _bytesWritten, bytes);
        if (isLimited)
        {
            Take(_writing, bytes);
        }
    }

    private static TokenBucket[] Configure(TokenBucket[] present, IReadOnlyList<(long BytesPerSecond, long Burst)> limits, TimeSpan now)
    {
        var buckets = new TokenBucket[limits.Count];
        for (int i = 0; i < buckets.Length; i++)
        {
            (long rate, long burst) = limits[i];
            buckets[i] = i < present.Length ? present[i] : new TokenBucket(rate, burst, now);
            buckets[i].Configure(rate, burst, now);
        }

        return buckets;
    }

    private void Take(TokenBucket[] buckets, int bytes)
    {
        foreach (TokenBucket bucket in buckets)
        {
            bucket.Take(bytes, time.GetElapsedTime(0));
        }
    }

    private async ValueTask WaitAsync(TokenBucket[] buckets)
    {
        while (GetWait(buckets) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time);
        }
    }

    private TimeSpan GetWait(TokenBucket[] buckets)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (TokenBucket bucket in buckets)
        {
            TimeSpan wait = bucket.GetWait(time.GetElapsedTime(0));
            longest = wait > longest ? wait : longest;
        }

        return longest;
    }
}
