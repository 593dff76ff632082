using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class PolyvalTests
{
    private static readonly bool[] Implementations = InstructionPolyval.IsSupported ? [true, false] : [false];

    // RFC 8452, appendix A
    [Fact]
    public void The_hash_is_that_of_RFC_8452()
    {
        foreach (bool instructions in Implementations)
        {
            using var hash = new Polyval(Bytes.Of("25629347589242761d31f826ba4b757b"), instructions);
            var result = new byte[16];
            hash.Update(Bytes.Of("4f4f95668c83dfb6401762bb2d01a262d1a24ddd2721d006bbe45f20d3c9f362"));
            hash.Finish(result);
            Assert.Equal("f7a3b47b846119fae5b7866cf5e5b77e", Bytes.Hex(result));

            hash.Reset();
            hash.Update(Bytes.Of("4f4f95668c83dfb6401762bb2d01a262"));
            hash.Update(Bytes.Of("d1a24ddd2721d006bbe45f20d3c9f362"));
            hash.Finish(result);
            Assert.Equal("f7a3b47b846119fae5b7866cf5e5b77e", Bytes.Hex(result));
        }
    }

    [Fact]
    public void Every_length_hashes_as_its_zero_padded_blocks_one_by_one()
    {
        var random = new SeededRandomSource(1);
        var key = new byte[16];
        byte[] single = new byte[16], whole = new byte[16], managed = new byte[16];
        for (int length = 0; length <= 520; length++)
        {
            random.Fill(key);
            var text = new byte[length];
            random.Fill(text);
            Hash(new Polyval(key, instructions: false), text, length + 1, managed);
            foreach (bool instructions in Implementations)
            {
                Hash(new Polyval(key, instructions), text, length + 1, whole);
                Hash(new Polyval(key, instructions), text, 16, single);
                Assert.Equal(managed, whole);
                Assert.Equal(managed, single);
            }
        }
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffff")]
    [InlineData("01000000000000000000000000000000")]
    [InlineData("00000000000000000000000000000080")]
    public void Edge_keys_agree(string key)
    {
        byte[] text = new byte[160], expected = new byte[16], actual = new byte[16];
        Array.Fill(text, (byte)0xff);
        Hash(new Polyval(Bytes.Of(key), instructions: false), text, 1000, expected);
        foreach (bool instructions in Implementations)
        {
            Hash(new Polyval(Bytes.Of(key), instructions), text, 1000, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void A_new_key_starts_again_and_a_disposed_hash_is_refused()
    {
        foreach (bool instructions in Implementations)
        {
            byte[] first = new byte[16], second = new byte[16];
            var hash = new Polyval(new byte[16], instructions);
            hash.Update([1, 2, 3]);
            hash.Rekey(Bytes.Of("25629347589242761d31f826ba4b757b"));
            hash.Update([4]);
            hash.Finish(first);
            Hash(new Polyval(Bytes.Of("25629347589242761d31f826ba4b757b"), instructions), [4], 16, second);
            Assert.Equal(second, first);

            Assert.Throws<ArgumentException>(() => hash.Finish(new byte[15]));
            Assert.Throws<ArgumentException>(() => hash.Rekey(new byte[17]));
            hash.Dispose();
            Assert.Throws<ObjectDisposedException>(() => hash.Update([1]));
        }
    }

    private static void Hash(Polyval hash, ReadOnlySpan<byte> text, int step, Span<byte> result)
    {
        for (; text.Length > step; text = text[step..])
        {
            hash.Update(text[..step]);
        }

        hash.Update(text);
        hash.Finish(result);
        hash.Dispose();
    }
}
