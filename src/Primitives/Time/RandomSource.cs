using System.Buffers.Binary;

namespace Tunic.Primitives.Time;

/// <summary>Where random bytes come from: the operating system, or a seed in tests. Safe to call from several threads.</summary>
public abstract class RandomSource
{
    /// <summary>Fills the whole span with bytes that nobody else can predict (or, from a seed, that are the same every time).</summary>
    public abstract void Fill(Span<byte> bytes);

    /// <summary>A uniform number from 0 up to but not including <paramref name="limit"/>, without modulo bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is 0.</exception>
    public ulong NextUInt64(ulong limit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(limit);
        Span<byte> bytes = stackalloc byte[8];
        ulong unbiased = ulong.MaxValue - ((ulong.MaxValue % limit) + 1) % limit;
        ulong value;
        do
        {
            Fill(bytes);
            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }
        while (value > unbiased);
        return value % limit;
    }

    /// <summary>A uniform number from 0 up to but not including <paramref name="limit"/>.</summary>
    public int NextInt32(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (int)NextUInt64((ulong)limit);
    }

    /// <summary>A uniform number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => NextUInt64(1UL << 53) / (double)(1UL << 53);
}
