using System.Buffers;

namespace Tunic.Tor.Network.Streams;

/// <summary>Bytes waiting to be read, first in, first out, in pooled blocks. Empty, it holds no memory.</summary>
/// <remarks>Not thread safe: the owner has a gate.</remarks>
internal sealed class ByteQueue
{
    private const int SmallBlock = 4 * 1024;
    private const int LargeBlock = 32 * 1024;

    private readonly Queue<(ArraySegment<byte> Block, TimeSpan Since)> _full = new();
    private byte[]? _first;
    private int _firstStart;
    private int _firstEnd;
    private TimeSpan _firstSince;
    private byte[]? _last;
    private int _lastEnd;
    private TimeSpan _lastSince;

    /// <summary>Bytes in the queue.</summary>
    internal int Length { get; private set; }

    /// <summary>Memory of the blocks, bytes.</summary>
    internal int BlockBytes { get; private set; }

    /// <summary>When the block of the oldest byte was begun, monotonic; null when the queue is empty.</summary>
    internal TimeSpan? Oldest =>
        Length == 0 ? null : _first is not null ? _firstSince : _full.TryPeek(out (ArraySegment<byte> Block, TimeSpan Since) front) ? front.Since : _lastSince;

    /// <summary>Appends a copy.</summary>
    /// <param name="bytes">What to append.</param>
    /// <param name="now">Monotonic time.</param>
    internal void Append(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_last is null || _lastEnd == _last.Length)
            {
                Grow(now);
            }

            int count = Math.Min(bytes.Length, _last!.Length - _lastEnd);
            bytes[..count].CopyTo(_last.AsSpan(_lastEnd));
            _lastEnd += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Copies as much as fits, and leaves it.</summary>
    /// <returns>Bytes copied.</returns>
    internal int Peek(Span<byte> destination)
    {
        if (Length == 0)
        {
            return 0;
        }

        Span<byte> rest = destination;
        Copy(Front(), ref rest);
        foreach ((ArraySegment<byte> block, _) in _full)
        {
            if (rest.IsEmpty)
            {
                break;
            }

            Copy(block, ref rest);
        }

        if (_last is not null)
        {
            Copy(_last.AsSpan(0, _lastEnd), ref rest);
        }

        return destination.Length - rest.Length;
    }

    /// <summary>Drops the oldest bytes, as many as there are at most.</summary>
    /// <returns>Bytes dropped.</returns>
    internal int Skip(int count)
    {
        int left = Math.Min(count, Length);
        int total = left;
        while (left > 0)
        {
            int part = Math.Min(Front().Length, left);
            SkipFront(part);
            left -= part;
        }

        return total;
    }

    /// <summary>Drops everything and gives the memory back.</summary>
    internal void Clear()
    {
        Skip(Length);
    }

    private static void Copy(ReadOnlySpan<byte> block, ref Span<byte> destination)
    {
        int count = Math.Min(block.Length, destination.Length);
        block[..count].CopyTo(destination);
        destination = destination[count..];
    }

    private ReadOnlySpan<byte> Front()
    {
        if (_first is not null)
        {
            return _first.AsSpan(_firstStart.._firstEnd);
        }

        if (_full.TryDequeue(out (ArraySegment<byte> Block, TimeSpan Since) front))
        {
            ArraySegment<byte> block = front.Block;
            (_first, _firstStart, _firstEnd, _firstSince) = (block.Array, block.Offset, block.Offset + block.Count, front.Since);
        }
        else
        {
            (_first, _firstStart, _firstEnd, _firstSince) = (_last, 0, _lastEnd, _lastSince);
            (_last, _lastEnd) = (null, 0);
        }

        return _first.AsSpan(_firstStart.._firstEnd);
    }

    private void SkipFront(int count)
    {
        Length -= count;
        _firstStart += count;
        if (_firstStart == _firstEnd)
        {
            BlockBytes -= _first!.Length;
            ArrayPool<byte>.Shared.Return(_first);
            _first = null;
        }
    }

    private void Grow(TimeSpan now)
    {
        if (_last is not null)
        {
            _full.Enqueue((new ArraySegment<byte>(_last, 0, _lastEnd), _lastSince));
        }

        _last = ArrayPool<byte>.Shared.Rent(Length > SmallBlock ? LargeBlock : SmallBlock);
        BlockBytes += _last.Length;
        _lastEnd = 0;
        _lastSince = now;
    }
}
