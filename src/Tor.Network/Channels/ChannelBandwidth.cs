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

    /// <summary>Adds one more limit on both directions, each with a bucket of its own, as stock tor has them.</summary>
    /// <param name="bytesPerSecond">Average, more than 0.</param>
    /// <param name="burst">Bytes at once.</param>
    public void AddLimit(long bytesPerSecond, long burst)
    {
        TimeSpan now = time.GetElapsedTime(0);
        lock (_gate)
        {
            _reading = [.. _reading, new TokenBucket(bytesPerSecond, burst, now)];
            _writing = [.. _writing, new TokenBucket(bytesPerSecond, burst, now)];
        }
    }

    internal ValueTask WaitToReadAsync() => _reading.Length == 0 ? default : WaitAsync(_reading);

    internal ValueTask WaitToWriteAsync() => _writing.Length == 0 ? default : WaitAsync(_writing);

    internal void OnRead(int bytes, int cells)
    {
        Interlocked.Add(ref _bytesRead, bytes);
        Interlocked.Add(ref _cellsReceived, cells);
        Take(_reading, bytes);
    }

    internal void OnWritten(int bytes)
    {
        Interlocked.Add(ref _bytesWritten, bytes);
        Take(_writing, bytes);
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
