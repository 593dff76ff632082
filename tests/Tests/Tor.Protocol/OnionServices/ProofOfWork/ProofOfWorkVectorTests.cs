using System.Buffers.Binary;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>Vectors of stock's test_hs_pow_slow.c and test_hs_pow.c (test_hs_pow_vectors).</summary>
public sealed class ProofOfWorkVectorTests
{
    private const string Ones = "1111111111111111111111111111111111111111111111111111111111111111";
    private const string As = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Key = "bfd298428562e530c52bdb36d81a0e293ef4a0e94d787f0f8c0c611f4f9e78ed";
    private const string Seed = "86fb0acf4932cda44dbb451282f415479462dd10cb97ff5e7e8e2a53c3767a7f";

    // In each the search begins shortly before the nonce that solves it.
    [Theory]
    [InlineData(0, "55555555555555555555555555555555", As, Ones, "55555555555555555555555555555555", "4312f87ceab844c78e1c793a913812d7")]
    [InlineData(1, "55555555555555555555555555555555", As, Ones, "55555555555555555555555555555555", "84355542ab2b3f79532ef055144ac5ab")]
    [InlineData(
        1, "55555555555555555555555555555555", As, "1111111111111111111111111111111111111111111111111111111111111110", "55555555555555555555555555555555", "115e4b70da858792fc205030b8c83af9")]
    [InlineData(2, "55555555555555555555555555555555", As, Ones, "55555555555555555555555555555555", "4600a93a535ed76dc746c99942ab7de2")]
    [InlineData(10, "55555555555555555555555555555555", As, Ones, "56555555555555555555555555555555", "128bbda5df2929c3be086de2aad34aed")]
    [InlineData(10, "ffffffffffffffffffffffffffffffff", As, Ones, "01000000000000000000000000000000", "203af985537fadb23f3ed5873b4c81ce")]
    [InlineData(
        1337, "feffffffffffffffffffffffffffffff", As, "4111111111111111111111111111111111111111111111111111111111111111", "01000000000000000000000000000000", "31c377cb72796ed80ae77df6ac1d6bfd")]
    [InlineData(31337, "34a20000000000000000000000000000", As, Ones, "36a20000000000000000000000000000", "ca6899b91113aaf7536f28db42526bff")]
    [InlineData(1000000, "58217255555555555555555555555555", As, Ones, "59217255555555555555555555555555", "0f3db97b9cac20c1771680a1a34848d3")]
    [InlineData(1, "b4d0e611e6935750fcf9406aae131f62", Seed, Key, "b4d0e611e6935750fcf9406aae131f62", "9f3fbd50b1a83fb63284bde44318c0fd")]
    [InlineData(10000, "34569fdbc34326d9d2f18ed277469c63", Seed, Key, "36569fdbc34326d9d2f18ed277469c63", "2802951e623c74adc443ab93e99633ee")]
    [InlineData(100000, "2cff9fdbc34326d9d2f18ed277469c63", Seed, Key, "2eff9fdbc34326d9d2f18ed277469c63", "400cb091139f86b352119f6e131802d6")]
    public void Solves_as_stock_does(uint effort, string firstNonce, string seed, string blindedKey, string nonce, string equiX)
    {
        byte[] key = Convert.FromHexString(blindedKey);
        byte[] seedBytes = Convert.FromHexString(seed);
        var solver = new ProofOfWorkSolver(key, seedBytes, effort, BinaryPrimitives.ReadUInt128LittleEndian(Convert.FromHexString(firstNonce)));
        ProofOfWorkSolution? solution;
        do
        {
            solution = solver.TryNext();
        }
        while (solution is null && solver.Attempts < 5);
        ProofOfWorkSolution expected = Decode(nonce, effort, seed[..8], equiX);
        Assert.Equal(expected, solution);
        Assert.Equal(ProofOfWorkVerdict.Accepted, Verifier(seed).Verify(key, expected));
    }

    [Theory]
    [InlineData(1, "00000000000000000000000000000000", "00000000", "00000000000000000000000000000000", ProofOfWorkVerdict.UnknownSeed)]
    [InlineData(99999, "2eff9fdbc34326d9d2f18ed277469c63", "86fb0acf", "400cb091139f86b352119f6e131802d6", ProofOfWorkVerdict.TooLittleEffort)]
    [InlineData(100000, "2eff9fdbc34326d9a2f18ed277469c63", "86fb0acf", "400cb091139f86b352119f6e131802d6", ProofOfWorkVerdict.TooLittleEffort)]
    [InlineData(1, "00000000000000000000000000000000", "86fb0acf", "00000000000000000000000000000000", ProofOfWorkVerdict.NotSolved)]
    public void Refuses_what_stock_refuses(uint effort, string nonce, string seedHead, string equiX, ProofOfWorkVerdict expected) =>
        Assert.Equal(expected, Verifier(Seed).Verify(Convert.FromHexString(Key), Decode(nonce, effort, seedHead, equiX)));

    [Fact]
    public void A_nonce_counts_once()
    {
        ProofOfWorkVerifier verifier = Verifier(As);
        ProofOfWorkSolution solution = Decode("59217255555555555555555555555555", 1_000_000, "aaaaaaaa", "0f3db97b9cac20c1771680a1a34848d3");
        Assert.Equal(ProofOfWorkVerdict.Accepted, verifier.Verify(Convert.FromHexString(Ones), solution));
        Assert.Equal(ProofOfWorkVerdict.Replayed, verifier.Verify(Convert.FromHexString(Ones), solution));
    }

    [Fact]
    public void Fields_are_written_as_they_were_read()
    {
        var nonce = new byte[16];
        var head = new byte[4];
        var equiX = new byte[16];
        Decode("2eff9fdbc34326d9d2f18ed277469c63", 7, "86fb0acf", "400cb091139f86b352119f6e131802d6").Encode(nonce, head, equiX);
        Assert.Equal("2eff9fdbc34326d9d2f18ed277469c63", Convert.ToHexStringLower(nonce));
        Assert.Equal("86fb0acf", Convert.ToHexStringLower(head));
        Assert.Equal("400cb091139f86b352119f6e131802d6", Convert.ToHexStringLower(equiX));
    }

    [Theory]
    [InlineData(15, 4, 16)]
    [InlineData(16, 3, 16)]
    [InlineData(16, 4, 17)]
    public void Fields_of_other_lengths_are_refused(int nonce, int head, int equiX) =>
        Assert.Throws<ArgumentException>(() => ProofOfWorkSolution.Decode(new byte[nonce], 0, new byte[head], new byte[equiX]));

    private static ProofOfWorkVerifier Verifier(string seed) =>
        new(new ProofOfWorkSeeds(new ChosenSeeds(Convert.FromHexString(Ones), Convert.FromHexString(seed)), DateTime.UnixEpoch));

    private static ProofOfWorkSolution Decode(string nonce, uint effort, string seedHead, string equiX) => ProofOfWorkSolution.Decode(
        Convert.FromHexString(nonce), effort, Convert.FromHexString(seedHead), Convert.FromHexString(equiX));
}
