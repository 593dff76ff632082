using System.Buffers;

namespace Tunic.Tor.Client.Listeners;

/// <summary>Bytes that were received and not used yet, in pooled memory that grows to a limit. Empty and released, it holds none.</summary>
/// <remarks>One user at a time.</remarks>
internal sealed class InputBuffer
{
    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>What is in it.</summary>
    internal ReadOnlyMemory<byte> Content => _bytes.AsMemory(_start.._end);

    /// <summary>Drops bytes from the front.</summary>
    internal void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Room to receive into; empty when <paramref name="limit"/> bytes are held.</summary>
    /// <param name="limit">Most bytes to hold.</param>
    /// <param name="wanted">How much room is worth having; there may be more or less.</param>
    internal Memory<byte> GetRoom(int limit, int wanted)
    {
        int held = _end - _start;
        if (held >= limit)
        {
            return Memory<byte>.Empty;
        }

        wanted = Math.Min(wanted, limit - held);
        if (_bytes.Length - held < wanted)
        {
            Grow(held, wanted);
        }
        else if (_bytes.Length - _end < wanted)
        {
            _bytes.AsSpan(_start.._end).CopyTo(_bytes);
            (_start, _end) = (0, held);
        }

        return _bytes.AsMemory(_end, Math.Min(_bytes.Length - _end, limit - held));
    }

    /// <summary>Counts what was received into the room.</summary>
    internal void Add(int count) => _end += count;

    /// <summary>Gives the memory back, and what is in it.</summary>
    internal void Release()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _start = _end = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true); // it may hold a password
        }
    }

    private void Grow(int held, int wanted)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(held + wanted);
        Content.Span.CopyTo(larger);
        Release();
        _bytes = larger;
        _end = held;
    }
}
