using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Node.Bench;

/// <summary>Equi-X on one thread: the challenges are the numbers from 0 on, in four bytes, little-endian.</summary>
internal static class PuzzleBench
{
    /// <summary>How often each solution is verified: that is some hundred times as fast as finding it.</summary>
    private const int Verifications = 50;

    /// <summary>Solves all challenges, verifies all solutions, and says how many a second.</summary>
    internal static string Run(int challenges)
    {
        var solver = new EquiXSolver();
        var found = new EquiXSolution[challenges][];
        Solve(solver, found); // compiles
        long start = Stopwatch.GetTimestamp();
        Solve(solver, found);
        double solving = Stopwatch.GetElapsedTime(start).TotalSeconds;

        Verify(found);
        start = Stopwatch.GetTimestamp();
        int solutions = Verify(found);
        double verifying = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{challenges / solving:0} challenges solved per second, {solutions} solutions, {solutions * (double)Verifications / verifying:0} verified per second");
    }

    private static void Solve(EquiXSolver solver, EquiXSolution[][] found)
    {
        Span<byte> challenge = stackalloc byte[4];
        Span<EquiXSolution> solutions = stackalloc EquiXSolution[EquiXSolver.MaxSolutions];
        for (int i = 0; i < found.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(challenge, i);
            found[i] = solutions[..solver.Solve(challenge, solutions)].ToArray();
        }
    }

    private static int Verify(EquiXSolution[][] found)
    {
        var verifier = new EquiXVerifier();
        Span<byte> challenge = stackalloc byte[4];
        int solutions = 0;
        for (int i = 0; i < found.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(challenge, i);
            foreach (EquiXSolution solution in found[i])
            {
                solutions++;
                for (int repeat = 0; repeat < Verifications; repeat++)
                {
                    if (verifier.Verify(challenge, solution) != EquiXVerdict.Valid)
                    {
                        throw new UnreachableException("a solution of the solver is refused");
                    }
                }
            }
        }

        return solutions;
    }
}
