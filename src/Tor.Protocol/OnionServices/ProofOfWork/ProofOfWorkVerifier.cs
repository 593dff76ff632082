using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>The service's side: checks solutions, the cheapest test first (stock hs_pow.c, hs_pow_verify). Not for several threads at once.</summary>
/// <param name="seeds">The seeds whose solutions are accepted.</param>
public sealed class ProofOfWorkVerifier(ProofOfWorkSeeds seeds)
{
    private readonly EquiXVerifier _verifier = new();
    private readonly byte[] _challenge = new byte[ProofOfWorkChallenge.Length];

    /// <summary>Checks a solution, and remembers its nonce if it is accepted.</summary>
    /// <param name="blindedKey">The blinded key of the descriptor whose introduction point the client came through, 32 bytes.</param>
    /// <param name="solution">From the client.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public ProofOfWorkVerdict Verify(ReadOnlySpan<byte> blindedKey, ProofOfWorkSolution solution)
    {
        if (blindedKey.Length != ProofOfWorkChallenge.BlindedKeyLength)
        {
            throw new ArgumentException("a blinded key has 32 bytes", nameof(blindedKey));
        }

        if (!seeds.TryFind(solution.SeedHead, out ProofOfWorkSeed? seed))
        {
            return ProofOfWorkVerdict.UnknownSeed;
        }

        if (seed.IsUsed(solution.Nonce))
        {
            return ProofOfWorkVerdict.Replayed;
        }

        if (seed.IsFull)
        {
            return ProofOfWorkVerdict.SeedExhausted;
        }

        ProofOfWorkChallenge.Write(_challenge, blindedKey, seed.Bytes.Span, solution.Nonce, solution.Effort);
        if (!ProofOfWorkChallenge.IsEnough(_challenge, solution.EquiX, solution.Effort))
        {
            return ProofOfWorkVerdict.TooLittleEffort;
        }

        if (_verifier.Verify(_challenge, solution.EquiX) != EquiXVerdict.Valid)
        {
            return ProofOfWorkVerdict.NotSolved;
        }

        seed.Use(solution.Nonce);
        return ProofOfWorkVerdict.Accepted;
    }
}
