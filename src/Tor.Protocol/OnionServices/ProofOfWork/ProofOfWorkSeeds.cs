using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>The two seeds whose solutions a service accepts, and their rotation (stock hs_service.c, rotate_pow_seeds).</summary>
public sealed class ProofOfWorkSeeds
{
    private const int MinSeconds = 7200 - 900;
    private const int MaxSeconds = 7200;

    private readonly RandomSource _random;
    private readonly int _maxNonces;

    /// <summary>Two random seeds. There is no previous one yet, but nobody is to know that.</summary>
    /// <param name="random">Where seeds and the times of rotation come from.</param>
    /// <param name="now">UTC.</param>
    public ProofOfWorkSeeds(RandomSource random, DateTime now)
        : this(random, now, ProofOfWorkSeed.MaxNonces)
    {
    }

    internal ProofOfWorkSeeds(RandomSource random, DateTime now, int maxNonces)
    {
        _random = random;
        _maxNonces = maxNonces;
        Previous = new ProofOfWorkSeed(random, maxNonces);
        Begin(now);
    }

    /// <summary>The seed of the descriptor.</summary>
    public ProofOfWorkSeed Current { get; private set; }

    /// <summary>The one before it, for clients with an older descriptor.</summary>
    public ProofOfWorkSeed Previous { get; private set; }

    /// <summary>When the current seed is replaced, UTC: 105 to 120 minutes after it came. A full second, as descriptors say it.</summary>
    public DateTime ExpiresAt { get; private set; }

    /// <summary>Replaces the current seed if it is time, or if more solutions came with it than can be remembered.</summary>
    /// <returns>Whether it was replaced: the descriptor has to be published again.</returns>
    public bool RotateWhenDue(DateTime now)
    {
        if (now < ExpiresAt && !Current.IsFull)
        {
            return false;
        }

        Previous = Current;
        Begin(now);
        return true;
    }

    /// <summary>The seed that a solution was made with.</summary>
    internal bool TryFind(uint head, [NotNullWhen(true)] out ProofOfWorkSeed? seed)
    {
        seed = head == Current.Head ? Current : head == Previous.Head ? Previous : null;
        return seed is not null;
    }

    [MemberNotNull(nameof(Current))]
    private void Begin(DateTime now)
    {
        do
        {
            Current = new ProofOfWorkSeed(_random, _maxNonces);
        }
        while (Current.Head == Previous.Head); // they are told apart by it

        DateTime second = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        ExpiresAt = second.AddSeconds(MinSeconds + _random.NextInt32(MaxSeconds - MinSeconds));
    }
}
