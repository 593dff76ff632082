using System.Buffers.Binary;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>Proofs of work that clients send to a service.</summary>
internal static class ProofOfWorkTargets
{
    private static readonly byte[] _key = [.. Enumerable.Repeat((byte)0x11, 32)];
    private static readonly ProofOfWorkSeeds _seeds = new(new Primitives.Time.SeededRandomSource(1), DateTime.UnixEpoch);
    private static readonly ProofOfWorkVerifier _verifier = new(_seeds);
    private static readonly EquiXVerifier _equiX = new();

    public static IEnumerable<FuzzTarget> All =>
    [
        new("equix-solution", VerifyEquiX, EquiXSeeds, "EquiXSolution", "EquiXVerifier", "HashX*") { MaxLength = 64 },
        new("proof-of-work", Verify, Proofs, "ProofOfWorkSolution", "ProofOfWorkVerifier", "ProofOfWorkSeed*", "ProofOfWorkChallenge") { MaxLength = 64 },
    ];

    /// <summary>A solution, and the challenge after it.</summary>
    private static void VerifyEquiX(ReadOnlyMemory<byte> input)
    {
        if (input.Length < EquiXSolution.Length)
        {
            return;
        }

        EquiXSolution solution = EquiXSolution.Decode(input.Span[..EquiXSolution.Length]);
        var written = new byte[EquiXSolution.Length];
        solution.Encode(written);
        FuzzFailureException.Require(input.Span.StartsWith(written), "a solution that is written in another way");
        EquiXVerdict verdict = _equiX.Verify(input.Span[EquiXSolution.Length..], solution);
        FuzzFailureException.Require(verdict == EquiXVerdict.WrongOrder || solution.IsInOrder, "an order that is wrong");
    }

    private static IEnumerable<byte[]> EquiXSeeds()
    {
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        int count = new EquiXSolver().Solve("a"u8, solutions);
        foreach (EquiXSolution solution in solutions[..count])
        {
            var seed = new byte[EquiXSolution.Length + 1];
            solution.Encode(seed);
            seed[^1] = (byte)'a';
            yield return seed;
        }

        yield return [.. new byte[EquiXSolution.Length], .. "bsipdp"u8]; // no function
    }

    /// <summary>Nonce, effort, head of the seed and solution, as in the extension of INTRODUCE1.</summary>
    private static void Verify(ReadOnlyMemory<byte> input)
    {
        ReadOnlySpan<byte> fields = input.Span;
        if (fields.Length != 40)
        {
            return;
        }

        ProofOfWorkSolution solution = ProofOfWorkSolution.Decode(fields[..16], BinaryPrimitives.ReadUInt32BigEndian(fields[16..]), fields.Slice(20, 4), fields[24..]);
        FuzzFailureException.Require(fields.SequenceEqual(Encode(solution)), "a proof that is written in another way");
        if (_verifier.Verify(_key, solution) == ProofOfWorkVerdict.Accepted)
        {
            FuzzFailureException.Require(_verifier.Verify(_key, solution) == ProofOfWorkVerdict.Replayed, "a proof that counts twice");
        }
    }

    private static IEnumerable<byte[]> Proofs()
    {
        var solver = new ProofOfWorkSolver(_key, _seeds.Current.Bytes.Span, 1, new Primitives.Time.SeededRandomSource(2));
        ProofOfWorkSolution? solution;
        do
        {
            solution = solver.TryNext();
        }
        while (solution is null);
        yield return Encode(solution.Value);
        yield return Encode(solution.Value with { SeedHead = 0 });
        yield return Encode(solution.Value with { Effort = 0 });
    }

    private static byte[] Encode(ProofOfWorkSolution solution)
    {
        var fields = new byte[40];
        solution.Encode(fields.AsSpan(0, 16), fields.AsSpan(20, 4), fields.AsSpan(24));
        BinaryPrimitives.WriteUInt32BigEndian(fields.AsSpan(16), solution.Effort);
        return fields;
    }
}
