using System.Buffers.Binary;
using System.Text;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

public sealed class EquiXTests
{
    private static readonly EquiXSolver _solver = new();

    // Stock test_crypto_slow.c, test_crypto_equix: the solutions of each challenge, in order. The first two challenges have no function.
    [Theory]
    [InlineData("bsipdp", "")]
    [InlineData("espceob", "")]
    [InlineData("zzz", "ae21d3923215dd9c2f0893df232ce5dc")]
    [InlineData("rrr", "087357a873e0912e1ca8ad969abdd7de")]
    [InlineData("qqq", "")]
    [InlineData("0123456789", "")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "")]
    [InlineData("", "00983a4dc489cfba7ef3a498a00fec20 78d88611a4dfec190927a729842ff771 54b5cc111593e6249357b339b138ed99")]
    [InlineData("a", "4b388c819255ad995ce7eb3ec635ee38 3f9e659b9ae6b89163ae777c06cac593 2227a173365ab47d1bb2a0770d5ef25f")]
    [InlineData("abc", "371f88658189fbc326dfe4c0ab39fe5a 2101b88fc525ccb35785a41e4fbaed18")]
    [InlineData("abce", "4fca72eb101fafab1add2d7175a3c978 17f17aa623e3ab007e2f917e16dada9e 70ee77578a54bd2b90e4e31e2085e47e 62c586d15752e1f012da8f337336f161")]
    [InlineData(
        "01234567890123456789",
        "48036775c5c9d1b01bc3e4f64027f5ad 5a8a9542ef99f0b949054e292da5fbd5 4c79c9352bcbcd0f03629fa9a62ef83a 58786edf1e00f5e343de9212d01efd11 0b692d1701be6cb40fba4a9e8d75a50f")]
    public void Finds_the_solutions_that_stock_finds(string challenge, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(challenge);
        var verifier = new EquiXVerifier();
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        int count = _solver.Solve(bytes, solutions);
        Assert.Equal(expected, string.Join(' ', solutions[..count].Select(Format)));
        Assert.All(solutions[..count], solution => Assert.Equal(EquiXVerdict.Valid, verifier.Verify(bytes, solution)));
    }

    [Fact]
    public void Finds_the_same_without_vectors()
    {
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        Assert.Equal(1, new EquiXSolver(HashXWidth.One).Solve("zzz"u8, solutions));
        Assert.Equal("ae21d3923215dd9c2f0893df232ce5dc", Format(solutions[0]));
    }

    // As above; the second is the first with its halves exchanged.
    [Theory]
    [InlineData("2227a173365ab47d1bb2a0770d5ef25f", EquiXVerdict.Valid)]
    [InlineData("1bb2a0770d5ef25f2220a173365ab47d", EquiXVerdict.WrongOrder)]
    [InlineData("2220a173365ab47d1bb2a0770d5ef25f", EquiXVerdict.WrongPartialSum)]
    public void Refuses_what_is_no_solution(string solution, EquiXVerdict expected) =>
        Assert.Equal(expected, new EquiXVerifier().Verify("a"u8, Parse(solution)));

    [Fact]
    public void Refuses_a_challenge_without_a_function() =>
        Assert.Equal(EquiXVerdict.NoFunction, new EquiXVerifier().Verify("bsipdp"u8, new EquiXSolution(0, 0)));

    // Arti's crates/equix/tests/equix_verify.rs, expected_solution_count.
    [Fact]
    public void Twenty_challenges_have_38_solutions()
    {
        var found = new HashSet<EquiXSolution>();
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        var challenge = new byte[4];
        for (int seed = 0; seed < 20; seed++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(challenge, seed);
            int count = _solver.Solve(challenge, solutions);
            Assert.All(solutions[..count], solution => Assert.True(found.Add(solution)));
        }

        Assert.Equal(38, found.Count);
    }

    [Fact]
    public void Only_one_order_of_a_solution_is_accepted()
    {
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        Assert.Equal(1, _solver.Solve("zzz"u8, solutions));
        var verifier = new EquiXVerifier();
        for (int first = 0; first < EquiXSolution.Count; first++)
        {
            for (int second = first + 1; second < EquiXSolution.Count; second++)
            {
                ushort[] inputs = [.. Enumerable.Range(0, EquiXSolution.Count).Select(i => solutions[0][i])];
                (inputs[first], inputs[second]) = (inputs[second], inputs[first]);
                Assert.NotEqual(EquiXVerdict.Valid, verifier.Verify("zzz"u8, FromInputs(inputs)));
            }
        }
    }

    [Fact]
    public void Solving_and_verifying_allocate_nothing()
    {
        var solver = new EquiXSolver();
        var verifier = new EquiXVerifier();
        var solutions = new EquiXSolution[EquiXSolver.MaxSolutions];
        solver.Solve("zzz"u8, solutions);
        verifier.Verify("zzz"u8, solutions[0]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        solver.Solve("a"u8, solutions);
        verifier.Verify("a"u8, solutions[0]);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_solution_is_written_little_endian()
    {
        var encoded = new byte[EquiXSolution.Length];
        EquiXSolution solution = FromInputs([0x0100, 0x0302, 0x0504, 0x0706, 0x0908, 0x0b0a, 0x0d0c, 0x0f0e]);
        solution.Encode(encoded);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (byte)i), encoded);
        Assert.Equal(solution, EquiXSolution.Decode(encoded));
    }

    [Fact]
    public void A_solution_of_another_length_is_refused()
    {
        for (int length = 0; length < EquiXSolution.Length; length++)
        {
            Assert.Throws<ArgumentException>(() => EquiXSolution.Decode(new byte[length]));
        }

        Assert.Throws<ArgumentException>(() => EquiXSolution.Decode(new byte[EquiXSolution.Length + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EquiXSolution(0, 0)[8]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EquiXSolution(0, 0)[-1]);
    }

    private static string Format(EquiXSolution solution) =>
        string.Concat(Enumerable.Range(0, EquiXSolution.Count).Select(i => solution[i].ToString("x4")));

    private static EquiXSolution Parse(string text) =>
        FromInputs([.. Enumerable.Range(0, EquiXSolution.Count).Select(i => Convert.ToUInt16(text.Substring(4 * i, 4), 16))]);

    private static EquiXSolution FromInputs(ushort[] inputs)
    {
        var encoded = new byte[EquiXSolution.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(encoded.AsSpan(2 * i), inputs[i]);
        }

        return EquiXSolution.Decode(encoded);
    }
}
