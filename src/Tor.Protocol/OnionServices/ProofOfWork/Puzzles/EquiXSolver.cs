namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Finds the solutions of Equi-X puzzles: Wagner's algorithm on the hashes of all 65536 inputs, in three levels of pairs.</summary>
/// <remarks>Takes 2.6 MB, and allocates nothing once it is there. Finds the solutions that the first implementation finds, in its order. Not for several threads at once.</remarks>
public sealed class EquiXSolver
{
    /// <summary>The most solutions that are given for one challenge; there are two on average.</summary>
    public const int MaxSolutions = 8;

    /// <summary>Zeros at the end of the sum of two hashes. Four have twice as many, eight four times.</summary>
    internal const int BitsPerLevel = EquiXLevel.BucketBits + EquiXPairs.Bits;

    private const int InputCount = 1 << 16;
    private const int ItemBits = 9; // enough to count a bucket

    private readonly HashX _hash;
    private readonly EquiXLevel _hashes;
    private readonly EquiXLevel _pairs;
    private readonly EquiXLevel _quads;
    private readonly EquiXPairs _matches = new();
    private readonly ulong[] _inputs = new ulong[HashX.StripLength];
    private readonly ulong[] _outputs = new ulong[HashX.StripLength];

    /// <summary>A solver with memory of its own.</summary>
    public EquiXSolver()
        : this(HashXWidth.Widest)
    {
    }

    /// <summary>As the other, with a way of hashing of the caller's choice.</summary>
    internal EquiXSolver(HashXWidth width)
    {
        _hash = new HashX(width);
        _hashes = new EquiXLevel();
        _pairs = new EquiXLevel();
        _quads = new EquiXLevel(_hashes.Values); // the hashes are no longer needed by then
    }

    /// <summary>Finds the solutions of one challenge.</summary>
    /// <param name="challenge">What the puzzle is made of; any bytes.</param>
    /// <param name="solutions">Room for <see cref="MaxSolutions"/> solutions.</param>
    /// <returns>How many there are. 0 as well for the rare challenge that has no hash function.</returns>
    public int Solve(ReadOnlySpan<byte> challenge, Span<EquiXSolution> solutions)
    {
        if (!_hash.TrySeed(challenge))
        {
            return 0;
        }

        HashInputs();
        Pair(_hashes, _pairs);
        Pair(_pairs, _quads);
        return PairQuads(solutions[..MaxSolutions]);
    }

    private void HashInputs()
    {
        _hashes.Clear();
        for (uint first = 0; first < InputCount; first += HashX.StripLength)
        {
            for (uint i = 0; i < HashX.StripLength; i++)
            {
                _inputs[i] = first + i;
            }

            _hash.Hash(_inputs, _outputs);
            for (uint i = 0; i < HashX.StripLength; i++)
            {
                _hashes.Add(_outputs[i], first + i);
            }
        }
    }

    /// <summary>Adds to the next level all pairs of a level whose sum ends in zeros.</summary>
    private void Pair(EquiXLevel level, EquiXLevel next)
    {
        next.Clear();
        for (int bucket = 0; bucket <= EquiXLevel.BucketCount / 2; bucket++)
        {
            int other = -bucket & (EquiXLevel.BucketCount - 1);
            ReadOnlySpan<ulong> values = level.Bucket(bucket);
            ReadOnlySpan<ulong> others = level.Bucket(other);
            bool isOneBucket = AddToMatches(bucket, other, others);
            for (int item = 0; item < values.Length; item++)
            {
                ulong value = unchecked(values[item] + Carry(bucket));
                if (isOneBucket && !_matches.TryAdd(values[item], item))
                {
                    continue;
                }

                foreach (ushort match in _matches.Complements(value))
                {
                    next.Add(unchecked(value + others[match]) >> EquiXPairs.Bits, Origin(bucket, item, match));
                }
            }
        }
    }

    /// <summary>The last level: a pair of quads is a solution.</summary>
    private int PairQuads(Span<EquiXSolution> solutions)
    {
        int found = 0;
        for (int bucket = 0; bucket <= EquiXLevel.BucketCount / 2; bucket++)
        {
            int other = -bucket & (EquiXLevel.BucketCount - 1);
            ReadOnlySpan<ulong> values = _quads.Bucket(bucket);
            ReadOnlySpan<ulong> others = _quads.Bucket(other);
            bool isOneBucket = AddToMatches(bucket, other, others);
            for (int item = 0; item < values.Length; item++)
            {
                ulong value = unchecked(values[item] + Carry(bucket));
                if (isOneBucket && !_matches.TryAdd(values[item], item))
                {
                    continue;
                }

                foreach (ushort match in _matches.Complements(value))
                {
                    ulong sum = unchecked(value + others[match]) >> EquiXPairs.Bits;
                    if ((sum & ((1 << BitsPerLevel) - 1)) != 0)
                    {
                        continue;
                    }

                    solutions[found++] = Solution(bucket, item, match);
                    if (found == solutions.Length)
                    {
                        return found;
                    }
                }
            }
        }

        return found;
    }

    // A bucket that is its own complement is matched with itself, item by item, so that no pair comes twice.
    private bool AddToMatches(int bucket, int other, ReadOnlySpan<ulong> others)
    {
        _matches.Clear();
        if (bucket == other)
        {
            return true;
        }

        for (int item = 0; item < others.Length; item++)
        {
            _matches.TryAdd(others[item], item);
        }

        return false;
    }

    // The bits that chose the two buckets add up to a carry, unless they are all zero.
    private static ulong Carry(int bucket) => bucket == 0 ? 0UL : 1;

    private static uint Origin(int bucket, int item, int match) =>
        ((uint)item << (ItemBits + EquiXLevel.BucketBits)) | ((uint)match << EquiXLevel.BucketBits) | (uint)bucket;

    private EquiXSolution Solution(int bucket, int item, int match)
    {
        ulong left = Quad(_quads.Origins[Place(bucket, item)]);
        ulong right = Quad(_quads.Origins[Place(-bucket & (EquiXLevel.BucketCount - 1), match)]);
        return new EquiXSolution(Math.Min(left, right), Math.Max(left, right));
    }

    private ulong Quad(uint origin)
    {
        (int left, int right) = Parents(origin);
        ulong first = TwoInputs(_pairs.Origins[left]);
        ulong second = TwoInputs(_pairs.Origins[right]);
        return Math.Min(first, second) | (Math.Max(first, second) << 32);
    }

    private uint TwoInputs(uint origin)
    {
        (int left, int right) = Parents(origin);
        uint first = _hashes.Origins[left];
        uint second = _hashes.Origins[right];
        return Math.Min(first, second) | (Math.Max(first, second) << 16);
    }

    private static (int Left, int Right) Parents(uint origin)
    {
        int bucket = (int)(origin % EquiXLevel.BucketCount);
        int item = (int)(origin >> (ItemBits + EquiXLevel.BucketBits));
        int match = (int)(origin >> EquiXLevel.BucketBits) & ((1 << ItemBits) - 1);
        return (Place(bucket, item), Place(-bucket & (EquiXLevel.BucketCount - 1), match));
    }

    private static int Place(int bucket, int item) => (bucket * EquiXLevel.Capacity) + item;
}
