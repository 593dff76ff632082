using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Remembers what has been seen, so that it counts once (stock replaycache.c). A pure state machine.</summary>
/// <param name="capacity">Entries after which it is full, or forgets the older half if it has a horizon.</param>
/// <param name="horizon">How long an entry is remembered at least, as long as there is room; infinite without an end.</param>
internal sealed class ReplayCache(int capacity, TimeSpan horizon)
{
    private HashSet<UInt128> _current = [];
    private HashSet<UInt128> _previous = [];
    private TimeSpan _begunAt;

    /// <summary>Whether more has come than it can remember. Never with a horizon.</summary>
    internal bool IsFull => horizon == Timeout.InfiniteTimeSpan && _current.Count >= capacity;

    /// <summary>Remembers a message.</summary>
    /// <returns>False when it has been seen, or can no longer be remembered.</returns>
    internal bool TryAdd(ReadOnlySpan<byte> message, TimeSpan now)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message, digest);
        UInt128 name = BinaryPrimitives.ReadUInt128BigEndian(digest);
        BeginWhenDue(now);
        return !IsFull && !_previous.Contains(name) && _current.Add(name);
    }

    private void BeginWhenDue(TimeSpan now)
    {
        if (horizon == Timeout.InfiniteTimeSpan || (now - _begunAt < horizon && _current.Count < capacity / 2))
        {
            return;
        }

        _previous = now - _begunAt >= 2 * horizon ? [] : _current;
        _current = [];
        _begunAt = now;
    }
}
