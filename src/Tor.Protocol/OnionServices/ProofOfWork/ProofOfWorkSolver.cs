using System.Buffers.Binary;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>The client's side: tries one nonce after the other until a solution is good enough (stock hs_pow.c, hs_pow_solve).</summary>
/// <remarks>An attempt takes some milliseconds, and as many attempts are needed as half the effort on average: call it on a thread of its own, and stop between two attempts. Not for several threads at once.</remarks>
public sealed class ProofOfWorkSolver
{
    private readonly EquiXSolver _solver;
    private readonly byte[] _challenge = new byte[ProofOfWorkChallenge.Length];
    private readonly EquiXSolution[] _solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
    private readonly uint _effort;
    private readonly uint _seedHead;
    private UInt128 _nonce;

    /// <summary>Begins at a random nonce.</summary>
    /// <param name="blindedKey">The blinded key of the service's descriptor, 32 bytes.</param>
    /// <param name="seed">The seed of its descriptor, <see cref="ProofOfWorkSeed.Length"/> bytes.</param>
    /// <param name="effort">From <see cref="ClientEffort.Choose"/>.</param>
    /// <param name="random">Where the nonce comes from.</param>
    /// <param name="solver">Memory to solve in, which may be used again afterwards; null for memory of its own.</param>
    /// <exception cref="ArgumentException">Key or seed has another length.</exception>
    public ProofOfWorkSolver(ReadOnlySpan<byte> blindedKey, ReadOnlySpan<byte> seed, uint effort, RandomSource random, EquiXSolver? solver = null)
        : this(blindedKey, seed, effort, RandomNonce(random), solver)
    {
    }

    /// <summary>Begins at a nonce of the caller's choice, its first byte lowest.</summary>
    internal ProofOfWorkSolver(ReadOnlySpan<byte> blindedKey, ReadOnlySpan<byte> seed, uint effort, UInt128 firstNonce, EquiXSolver? solver = null)
    {
        if (blindedKey.Length != ProofOfWorkChallenge.BlindedKeyLength || seed.Length != ProofOfWorkSeed.Length)
        {
            throw new ArgumentException("a blinded key and a seed have 32 bytes");
        }

        _solver = solver ?? new EquiXSolver();
        _effort = effort;
        _seedHead = BinaryPrimitives.ReadUInt32BigEndian(seed);
        _nonce = firstNonce;
        ProofOfWorkChallenge.Write(_challenge, blindedKey, seed, firstNonce, effort);
    }

    /// <summary>Nonces tried so far.</summary>
    public long Attempts { get; private set; }

    /// <summary>Tries the next nonce.</summary>
    /// <returns>The solution; null when this nonce has none, which is the usual outcome: try again.</returns>
    public ProofOfWorkSolution? TryNext()
    {
        UInt128 nonce = _nonce;
        _nonce = unchecked(_nonce + 1);
        Attempts++;
        ProofOfWorkChallenge.WriteNonce(_challenge, nonce);
        int count = _solver.Solve(_challenge, _solutions);
        foreach (EquiXSolution solution in _solutions.AsSpan(0, count))
        {
            if (ProofOfWorkChallenge.IsEnough(_challenge, solution, _effort))
            {
                return new ProofOfWorkSolution(nonce, _effort, _seedHead, solution);
            }
        }

        return null;
    }

    private static UInt128 RandomNonce(RandomSource random)
    {
        Span<byte> nonce = stackalloc byte[ProofOfWorkSolution.NonceLength];
        random.Fill(nonce);
        return BinaryPrimitives.ReadUInt128LittleEndian(nonce);
    }
}
