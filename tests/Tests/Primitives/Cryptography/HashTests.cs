using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Shake256 = Tunic.Primitives.Cryptography.Shake256;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class HashTests
{
    private static readonly bool[] Sha1Implementations = LibCrypto.IsAvailable ? [true, false] : [false];

    // FIPS 180-4 examples
    [Theory]
    [InlineData("", "da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("abc", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1")]
    public void Sha1_gives_the_examples(string text, string expected)
    {
        foreach (bool native in Sha1Implementations)
        {
            using var hash = new RunningSha1(native);
            var digest = new byte[20];
            hash.Update(Encoding.ASCII.GetBytes(text));
            hash.GetDigest(digest);
            Assert.Equal(expected, Bytes.Hex(digest));
        }
    }

    [Fact]
    public void A_running_Sha1_digest_is_that_of_all_bytes_so_far_however_they_are_cut()
    {
        var random = new SeededRandomSource(1);
        var text = new byte[20_000];
        random.Fill(text);
        foreach (bool native in Sha1Implementations)
        {
            using var hash = new RunningSha1(native);
            var digest = new byte[20];
            for (int done = 0; done < text.Length;)
            {
                int count = Math.Min(text.Length - done, random.NextInt32(done < 5_000 ? 150 : 6_000));
                hash.Update(text.AsSpan(done, count));
                done += count;
                hash.GetDigest(digest);
                Assert.Equal(SHA1.HashData(text.AsSpan(0, done)), digest);
            }
        }
    }

    [Fact]
    public void A_copied_digest_goes_back_and_leaves_the_other_alone()
    {
        foreach (bool native in Sha1Implementations)
        {
            using var hash = new RunningSha1(native);
            using var saved = new RunningSha1(native);
            byte[] digest = new byte[20];
            hash.Update("ab"u8);
            saved.CopyFrom(hash);
            hash.Update("x"u8);
            hash.CopyFrom(saved);
            hash.Update("c"u8);
            hash.GetDigest(digest);
            Assert.Equal("a9993e364706816aba3e25717850c26c9cd0d89d", Bytes.Hex(digest));
            hash.Dispose();
            hash.GetDigest(digest);
            Assert.Equal("da39a3ee5e6b4b0d3255bfef95601890afd80709", Bytes.Hex(digest));
        }
    }

    // FIPS 202 examples; the longer ones NIST CAVP, as in tor src/test/test_crypto.c, test_crypto_sha3
    [Theory]
    [InlineData("", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")]
    [InlineData("616263", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    [InlineData("cc", "677035391cd3701293d385f037ba32796252bb7ce180b00b582dd9b20aaad7f0")]
    [InlineData("b1caa396771a09a1db9bc20543e988e359d47c2a616417bbca1b62cb02796a888fc6eeff5c0b5c3d5062fcb4256f6ae1782f492c1cf03610b4a1fb7b814c057878e1190b9835425c7a4a0e182ad1f91535ed2a35033a5d8c670e21c575ff43c194a58a82d4a1a44881dd61f9f8161fc6b998860cbe4975780be93b6f87980bad0a99aa2cb7556b478ca35d1f3746c33e2bb7c47af426641cc7bbb3425e2144820345e1d0ea5b7da2c3236a52906acdc3b4d34e474dd714c0c40bf006a3a1d889a632983814bbc4a14fe5f159aa89249e7c738b3b73666bac2a615a83fd21ae0a1ce7352ade7b278b587158fd2fabb217aa1fe31d0bda53272045598015a8ae4d8cec226fefa58daa05500906c4d85e7567", "cb5648a1d61c6c5bdacd96f81c9591debc3950dcf658145b8d996570ba881a05")]
    public void Sha3_gives_the_examples(string text, string expected)
    {
        var hash = new byte[32];
        Sha3.Hash256(Bytes.Of(text), hash);
        Assert.Equal(expected, Bytes.Hex(hash));
    }

    [Fact]
    public void Sha3_agrees_with_the_platform_at_every_length_and_cut()
    {
        Assert.SkipUnless(SHA3_256.IsSupported, "the platform has no SHA-3");
        var random = new SeededRandomSource(2);
        var text = new byte[450];
        random.Fill(text);
        using var running = new RunningSha3_256();
        using var copy = new RunningSha3_256();
        byte[] hash = new byte[32];
        for (int length = 0; length < text.Length; length++)
        {
            byte[] expected = SHA3_256.HashData(text.AsSpan(0, length));
            Sha3.Hash256(text.AsSpan(0, length), hash);
            Assert.Equal(expected, hash);

            running.GetDigest(hash);
            Assert.Equal(expected, hash);
            copy.CopyFrom(running);
            copy.Update("other"u8);
            running.Update(text.AsSpan(length, 1));

            using var pieces = new RunningSha3_256();
            for (int done = 0; done < length;)
            {
                int count = Math.Min(length - done, random.NextInt32(200));
                pieces.Update(text.AsSpan(done, count));
                done += count;
            }

            pieces.GetDigest(hash);
            Assert.Equal(expected, hash);
        }
    }

    // FIPS 202 examples: SHAKE256 of the empty message and of 200 bytes a3
    [Fact]
    public void Shake256_gives_the_examples()
    {
        var output = new byte[64];
        Shake256.Hash([], output);
        Assert.StartsWith("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762fd75dc4ddd8c0f200cb05019d67b592f6", Bytes.Hex(output), StringComparison.Ordinal);

        var text = new byte[200];
        Array.Fill(text, (byte)0xa3);
        Shake256.Hash(text, output);
        Assert.StartsWith("cd8a920ed141aa0407a22d59288652e9d9f1a7ee0c1e7c1ca699424da84a904d", Bytes.Hex(output), StringComparison.Ordinal);
    }

    [Fact]
    public void Shake256_output_is_the_same_however_it_is_taken()
    {
        var random = new SeededRandomSource(3);
        byte[] text = new byte[500], expected = new byte[1000], output = new byte[1000];
        random.Fill(text);
        Shake256.Hash(text, expected);
        for (int round = 0; round < 20; round++)
        {
            using var shake = new Shake256();
            shake.Absorb(text.AsSpan(0, 25 * round));
            shake.Absorb(text.AsSpan(25 * round));
            for (int done = 0; done < output.Length;)
            {
                int count = Math.Min(output.Length - done, random.NextInt32(300));
                shake.Squeeze(output.AsSpan(done, count));
                done += count;
            }

            Assert.Equal(expected, output);
            Assert.Throws<InvalidOperationException>(() => shake.Absorb([1]));
        }
    }
}
