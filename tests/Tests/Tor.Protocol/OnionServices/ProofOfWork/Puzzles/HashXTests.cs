using System.Buffers.Binary;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

public sealed class HashXTests
{
    public static TheoryData<int> Widths
    {
        get
        {
            var widths = new TheoryData<int> { (int)HashXWidth.One };
            if (Lanes256.IsSupported)
            {
                widths.Add((int)HashXWidth.Four);
            }

            if (Lanes512.IsSupported)
            {
                widths.Add((int)HashXWidth.Eight);
            }

            return widths;
        }
    }

    // Stock test_crypto.c, test_crypto_hashx.
    [Theory]
    [MemberData(nameof(Widths))]
    public void Hashes_as_stock_does(int width)
    {
        Assert.Equal("2b2f54567dcbea98fdb5d5e5ce9a65983c4a4e35ab1464b1efb61e83b7074bb2", Hash(width, "This is a test\0"u8, 0));
        Assert.Equal("aebdd50aa67c93afb82a4c534603b65e46decd584c55161c526ebc099415ccf1", Hash(width, "This is a test\0"u8, 123456));
        Assert.Equal("ab3d155bf4bbb0aa3a71b7801089826186e44300e6932e6ffd287cf302bbb0ba", Hash(width, "Lorem ipsum dolor sit amet\0"u8, 123456));
        Assert.Equal("8dfef0497c323274a60d1d93292b68d9a0496379ba407b4341cf868a14d30113", Hash(width, "Lorem ipsum dolor sit amet\0"u8, 987654321123456789));
    }

    // Arti's crates/hashx/tests/hashx_vectors.rs, bad_seeds.
    [Theory]
    [InlineData(0x5f8, true)]
    [InlineData(0x5f9, false)]
    [InlineData(0x2935d, false)]
    [InlineData(0x2935e, true)]
    public void Some_seeds_have_no_function(int seed, bool expected)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        var hash = new HashX();
        Assert.Equal(expected, hash.TrySeed(bytes));
        if (!expected)
        {
            Assert.Throws<InvalidOperationException>(() => hash.Hash(0, new byte[HashX.HashLength]));
        }
    }

    [Fact]
    public void Without_a_seed_there_is_no_function() =>
        Assert.Throws<InvalidOperationException>(() => new HashX().Hash(0, new byte[HashX.HashLength]));

    [Theory]
    [MemberData(nameof(Widths))]
    public void Many_inputs_hash_as_each_of_them(int width)
    {
        var hash = new HashX((HashXWidth)width);
        var bytes = new byte[HashX.HashLength];
        Assert.True(hash.TrySeed("seed"u8));
        foreach (int count in (int[])[1, 7, 8, 9, 63, 64, 65, HashX.StripLength, HashX.StripLength + 3])
        {
            ulong[] inputs = [.. Enumerable.Range(0, count).Select(i => (ulong)i * 0x1e3779b97f4a7)];
            var hashes = new ulong[count];
            hash.Hash(inputs, hashes);
            for (int i = 0; i < count; i++)
            {
                hash.Hash(inputs[i], bytes);
                Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(bytes), hashes[i]);
            }
        }
    }

    private static string Hash(int width, ReadOnlySpan<byte> seed, ulong input)
    {
        var hash = new HashX((HashXWidth)width);
        var bytes = new byte[HashX.HashLength];
        Assert.True(hash.TrySeed(seed));
        hash.Hash(input, bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
