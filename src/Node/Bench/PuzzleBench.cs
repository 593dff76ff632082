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

    /// <summary>Solves all challenges and verifies all solutions, this program and, if there is one, another in turns.</summary>
    /// <param name="challenges">How many.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="other">A program that takes the number of challenges and writes "solved verified-solutions verified", per second of processor time; or null.</param>
    /// <param name="cancel">Ends the other program.</param>
    /// <exception cref="IOException">The other program failed, or found other solutions.</exception>
    internal static async Task<BenchReport> RunAsync(int challenges, int rounds, string? other, CancellationToken cancel)
    {
        var report = new BenchReport(other is null ? ["tunic"] : ["stock", "tunic"]);
        Measure(challenges); // compiles
        for (int round = 0; round < rounds; round++)
        {
            (double solved, int solutions, double verified) = Measure(challenges);
            if (other is not null)
            {
                string[] words = (await BenchProcess.RunAsync(other, "", [challenges.ToString(CultureInfo.InvariantCulture)], cancel)).Trim().Split(' ');
                if (words.Length != 3 || words[1] != solutions.ToString(CultureInfo.InvariantCulture))
                {
                    throw new IOException($"{other} found \"{string.Join(' ', words)}\", this program {solutions} solutions");
                }

                Add(report, 0, double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture));
            }

            Add(report, other is null ? 0 : 1, solved, verified);
        }

        return report;
    }

    private static void Add(BenchReport report, int column, double solved, double verified) => report.Add(column, new Dictionary<string, double>
    {
        ["challenges solved per second"] = solved,
        ["solutions verified per second"] = verified,
    });

    private static (double Solved, int Solutions, double Verified) Measure(int challenges)
    {
        var solver = new EquiXSolver();
        var found = new EquiXSolution[challenges][];
        TimeSpan start = ProcessorTime;
        Solve(solver, found);
        double solving = (ProcessorTime - start).TotalSeconds;
        start = ProcessorTime;
        int solutions = Verify(found);
        double verifying = (ProcessorTime - start).TotalSeconds;
        return (challenges / solving, solutions, solutions * (double)Verifications / verifying);
    }

    private static TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

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

    /// <returns>How many solutions there are.</returns>
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
