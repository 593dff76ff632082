using System.Numerics;

namespace Tunic.Tests.Fuzz.Engine;

/// <summary>Reproducible and quick randomness (splitmix64).</summary>
internal sealed class FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>0 to <paramref name="bound"/> - 1; 0 for a bound of 0 or 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)Math.Max(bound, 1), out _);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int count) => Below(count) == 0;

    /// <summary>1 to <paramref name="most"/>, small numbers more often.</summary>
    public int Small(int most)
    {
        int bits = BitOperations.Log2((uint)Math.Max(most, 1)) + 1;
        return Math.Clamp(Below(1 << (1 + Below(bits))), 1, Math.Max(most, 1));
    }
}
