namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>One level of the solver's tree: sums of hashes, sorted by their lowest bits into buckets of a fixed size.</summary>
/// <param name="values">Memory for the sums, which may be that of a level whose sums are no longer needed; null for memory of its own.</param>
internal sealed class EquiXLevel(ulong[]? values = null)
{
    /// <summary>Bits of a sum that choose its bucket.</summary>
    public const int BucketBits = 8;

    /// <summary>Number of buckets.</summary>
    public const int BucketCount = 1 << BucketBits;

    /// <summary>Sums in a bucket, 256 on average; more are dropped, as every solver does that is to find the same solutions.</summary>
    public const int Capacity = 336;

    /// <summary>Number of sums in each bucket.</summary>
    public int[] Counts { get; } = new int[BucketCount];

    /// <summary>The sums without the bits that chose the bucket, bucket after bucket.</summary>
    public ulong[] Values { get; } = values ?? new ulong[BucketCount * Capacity];

    /// <summary>Where each sum comes from: the input that was hashed, or two places in the level below.</summary>
    public uint[] Origins { get; } = new uint[BucketCount * Capacity];

    /// <summary>Adds a sum to its bucket.</summary>
    public void Add(ulong sum, uint origin)
    {
        int bucket = (int)(sum % BucketCount);
        int count = Counts[bucket];
        if (count < Capacity)
        {
            int place = (bucket * Capacity) + count;
            Values[place] = sum >> BucketBits;
            Origins[place] = origin;
            Counts[bucket] = count + 1;
        }
    }

    /// <summary>Forgets the sums.</summary>
    public void Clear() => Array.Clear(Counts);

    /// <summary>The sums of one bucket.</summary>
    public ReadOnlySpan<ulong> Bucket(int bucket) => Values.AsSpan(bucket * Capacity, Counts[bucket]);
}
