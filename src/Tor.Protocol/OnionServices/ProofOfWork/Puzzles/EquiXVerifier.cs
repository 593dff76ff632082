namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Checks solutions of Equi-X puzzles. Not for several threads at once.</summary>
public sealed class EquiXVerifier
{
    private readonly HashX _hash = new();

    /// <summary>Checks one solution.</summary>
    /// <param name="challenge">What the puzzle is made of; any bytes.</param>
    /// <param name="solution">What is said to solve it.</param>
    public EquiXVerdict Verify(ReadOnlySpan<byte> challenge, EquiXSolution solution)
    {
        if (!solution.IsInOrder)
        {
            return EquiXVerdict.WrongOrder;
        }

        if (!_hash.TrySeed(challenge))
        {
            return EquiXVerdict.NoFunction;
        }

        Span<ulong> inputs = stackalloc ulong[EquiXSolution.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = solution[i];
        }

        Span<ulong> sums = stackalloc ulong[EquiXSolution.Count];
        _hash.Hash(inputs, sums);
        return AddUp(sums);
    }

    // Each level of the tree has twice as many sums as the next, which ends in twice as many zeros.
    private static EquiXVerdict AddUp(Span<ulong> sums)
    {
        for (int bits = EquiXSolver.BitsPerLevel; sums.Length > 1; bits *= 2)
        {
            Span<ulong> parents = sums[..(sums.Length / 2)];
            for (int i = 0; i < parents.Length; i++)
            {
                parents[i] = unchecked(sums[2 * i] + sums[(2 * i) + 1]);
                if ((parents[i] & ((1UL << bits) - 1)) != 0)
                {
                    return parents.Length == 1 ? EquiXVerdict.WrongSum : EquiXVerdict.WrongPartialSum;
                }
            }

            sums = parents;
        }

        return EquiXVerdict.Valid;
    }
}
