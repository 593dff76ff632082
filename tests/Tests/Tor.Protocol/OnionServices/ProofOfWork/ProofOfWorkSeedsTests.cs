using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork;

public sealed class ProofOfWorkSeedsTests
{
    private static readonly DateTime _start = new(2026, 1, 1, 0, 0, 0, 500, DateTimeKind.Utc);
    private static readonly byte[] _key = [.. Enumerable.Repeat((byte)0x11, 32)];

    [Fact]
    public void A_seed_lives_105_to_120_minutes()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var seeds = new ProofOfWorkSeeds(new SeededRandomSource(seed), _start);
            Assert.InRange(seeds.ExpiresAt - _start, TimeSpan.FromMinutes(105) - TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(120));
            Assert.Equal(0, seeds.ExpiresAt.Ticks % TimeSpan.TicksPerSecond);
        }
    }

    [Fact]
    public void Rotation_keeps_the_seed_before()
    {
        var seeds = new ProofOfWorkSeeds(new SeededRandomSource(1), _start);
        ProofOfWorkSeed first = seeds.Current;
        Assert.False(seeds.RotateWhenDue(seeds.ExpiresAt.AddSeconds(-1)));
        Assert.Same(first, seeds.Current);
        Assert.True(seeds.RotateWhenDue(seeds.ExpiresAt));
        Assert.Same(first, seeds.Previous);
        Assert.NotEqual(first.Head, seeds.Current.Head);
    }

    [Fact]
    public void Two_seeds_in_use_differ_in_their_heads()
    {
        byte[] same = [.. Enumerable.Repeat((byte)7, 32)];
        byte[] sameHead = [7, 7, 7, 7, .. new byte[28]];
        byte[] other = [.. Enumerable.Repeat((byte)8, 32)];
        var seeds = new ProofOfWorkSeeds(new ChosenSeeds(same, sameHead, other), _start);
        Assert.Equal(other, seeds.Current.Bytes.ToArray());
    }

    [Fact]
    public void Solutions_of_the_previous_seed_are_accepted_and_those_before_it_are_not()
    {
        var seeds = new ProofOfWorkSeeds(new SeededRandomSource(2), _start);
        var verifier = new ProofOfWorkVerifier(seeds);
        ProofOfWorkSolution first = Solve(seeds.Current, 1);
        ProofOfWorkSolution second = Solve(seeds.Current, 2);
        Assert.Equal(ProofOfWorkVerdict.Accepted, verifier.Verify(_key, first));
        seeds.RotateWhenDue(seeds.ExpiresAt);
        Assert.Equal(ProofOfWorkVerdict.Replayed, verifier.Verify(_key, first));
        Assert.Equal(ProofOfWorkVerdict.Accepted, verifier.Verify(_key, second));
        seeds.RotateWhenDue(seeds.ExpiresAt);
        Assert.Equal(ProofOfWorkVerdict.UnknownSeed, verifier.Verify(_key, second));
    }

    [Fact]
    public void A_seed_with_too_many_solutions_is_replaced_before_its_time()
    {
        var seeds = new ProofOfWorkSeeds(new SeededRandomSource(3), _start, maxNonces: 1);
        var verifier = new ProofOfWorkVerifier(seeds);
        ProofOfWorkSolution second = Solve(seeds.Current, 2);
        Assert.Equal(ProofOfWorkVerdict.Accepted, verifier.Verify(_key, Solve(seeds.Current, 1)));
        Assert.Equal(ProofOfWorkVerdict.SeedExhausted, verifier.Verify(_key, second));
        Assert.True(seeds.RotateWhenDue(_start));
        Assert.Equal(ProofOfWorkVerdict.SeedExhausted, verifier.Verify(_key, second));
        Assert.Equal(ProofOfWorkVerdict.Accepted, verifier.Verify(_key, Solve(seeds.Current, 1)));
    }

    [Fact]
    public void A_solution_is_bound_to_the_blinded_key()
    {
        var seeds = new ProofOfWorkSeeds(new SeededRandomSource(4), _start);
        byte[] other = [.. _key[..31], 0x10];
        Assert.NotEqual(ProofOfWorkVerdict.Accepted, new ProofOfWorkVerifier(seeds).Verify(other, Solve(seeds.Current, 1)));
        Assert.Throws<ArgumentException>(() => new ProofOfWorkVerifier(seeds).Verify(_key.AsSpan(0, 31), default));
        Assert.Throws<ArgumentException>(() => new ProofOfWorkSolver(_key.AsSpan(0, 31), new byte[32], 1, new SeededRandomSource(1)));
        Assert.Throws<ArgumentException>(() => new ProofOfWorkSolver(_key, new byte[33], 1, new SeededRandomSource(1)));
    }

    private static ProofOfWorkSolution Solve(ProofOfWorkSeed seed, ulong random)
    {
        var solver = new ProofOfWorkSolver(_key, seed.Bytes.Span, 2, new SeededRandomSource(random));
        while (true)
        {
            if (solver.TryNext() is { } solution)
            {
                return solution;
            }
        }
    }
}
