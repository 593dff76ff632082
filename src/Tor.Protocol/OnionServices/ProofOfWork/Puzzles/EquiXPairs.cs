namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Finds the pairs of two buckets whose sum ends in zeros: sorts one bucket by its next bits, and looks up the complement of each sum of the other.</summary>
internal sealed class EquiXPairs
{
    /// <summary>Bits that are compared.</summary>
    public const int Bits = 7;

    private const int SlotCount = 1 << Bits;
    private const int SlotCapacity = 12; // two on average; as with the buckets, part of what solutions are found

    private readonly int[] _counts = new int[SlotCount];
    private readonly ushort[] _items = new ushort[SlotCount * SlotCapacity];

    /// <summary>Forgets what was added.</summary>
    public void Clear() => Array.Clear(_counts);

    /// <summary>Adds an item of the one bucket.</summary>
    /// <returns>False when there were too many of its bits: it is left out.</returns>
    public bool TryAdd(ulong value, int item)
    {
        int slot = (int)(value % SlotCount);
        int count = _counts[slot];
        if (count == SlotCapacity)
        {
            return false;
        }

        _items[(slot * SlotCapacity) + count] = (ushort)item;
        _counts[slot] = count + 1;
        return true;
    }

    /// <summary>The items added so far that complete a value of the other bucket, in the order in which they were added.</summary>
    public ReadOnlySpan<ushort> Complements(ulong value)
    {
        int slot = (int)(unchecked(0 - value) % SlotCount);
        return _items.AsSpan(slot * SlotCapacity, _counts[slot]);
    }
}
