using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class AesCtrTests
{
    private static readonly AesImplementation[] Implementations = InstructionAes.IsSupported
        ? [AesImplementation.Instructions, AesImplementation.Platform, AesImplementation.Bitsliced]
        : [AesImplementation.Platform, AesImplementation.Bitsliced];

    // NIST SP 800-38A, sections F.5.1, F.5.3 and F.5.5
    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Every_implementation_gives_the_vectors_of_SP_800_38A(string key, string encrypted)
    {
        const string Plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
            + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
        foreach (AesImplementation implementation in Implementations)
        {
            using AesCtr cipher = AesCtr.Create(implementation, Bytes.Of(key), Bytes.Of("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
            byte[] text = Bytes.Of(Plain);
            cipher.Transform(text);
            Assert.Equal(encrypted, Bytes.Hex(text));
        }
    }

    // tor src/test/test_crypto.c, test_crypto_aes128: the counter rolls over in each half and as a whole
    [Theory]
    [InlineData("00000000000000000000000000000000", "0edd33d3c621e546455bd8ba1418bec8")]
    [InlineData("0000000000000000ffffffffffffffff", "335fe6da56f843199066c14a00a40231cdd0b917dbc7186908a6bfb5ffd574d3")]
    [InlineData("00000000ffffffffffffffffffffffff", "e627c6423fa2d77832a02b2794094b733e63c721df790d2c6469cc1953a3ffac")]
    [InlineData(
        "ffffffffffffffffffffffffffffffff",
        "2aed2bff0de54f9328efd070bf48f70a0edd33d3c621e546455bd8ba1418bec893e2c5243d6839eac58503919192f7ae1908e67cafa08d508816659c2e693191")]
    public void The_counter_rolls_over_as_in_stock_tor(string iv, string expected)
    {
        foreach (AesImplementation implementation in Implementations)
        {
            using AesCtr cipher = AesCtr.Create(implementation, Bytes.Of("80000000000000000000000000000000"), Bytes.Of(iv));
            var stream = new byte[expected.Length / 2];
            cipher.Transform(stream);
            Assert.Equal(expected, Bytes.Hex(stream));
        }
    }

    [Fact]
    public void A_stream_is_the_same_however_it_is_cut_and_wherever_the_counter_wraps()
    {
        var random = new SeededRandomSource(1);
        for (int wrapAfter = 0; wrapAfter <= 20; wrapAfter++)
        {
            var iv = new byte[16];
            Array.Fill(iv, (byte)0xff);
            iv[15] -= (byte)wrapAfter;
            iv[0] = (byte)random.NextInt32(256);
            var key = new byte[16 + (8 * random.NextInt32(3))];
            random.Fill(key);
            byte[] expected = Reference(key, iv, 40 * 16);

            foreach (AesImplementation implementation in Implementations)
            {
                for (int round = 0; round < 10; round++)
                {
                    using AesCtr cipher = AesCtr.Create(implementation, key, iv);
                    var stream = new byte[expected.Length];
                    for (int done = 0; done < stream.Length;)
                    {
                        int count = Math.Min(stream.Length - done, random.NextInt32(300));
                        cipher.Transform(stream.AsSpan(done, count));
                        done += count;
                    }

                    Assert.Equal(Bytes.Hex(expected), Bytes.Hex(stream));
                }
            }
        }
    }

    [Fact]
    public void A_missing_iv_is_a_counter_of_zero()
    {
        byte[] first = new byte[40], second = new byte[40];
        using AesCtr withoutIv = AesCtr.Create(new byte[32]);
        using AesCtr withIv = AesCtr.Create(new byte[32], new byte[16]);
        withoutIv.Transform(first);
        withIv.Transform(second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Wrong_lengths_and_use_after_dispose_are_refused()
    {
        Assert.Throws<ArgumentException>(() => AesCtr.Create(new byte[17]));
        Assert.Throws<ArgumentException>(() => AesCtr.Create(new byte[16], new byte[15]));
        foreach (AesImplementation implementation in Implementations)
        {
            AesCtr cipher = AesCtr.Create(implementation, new byte[16], new byte[16]);
            cipher.Dispose();
            cipher.Dispose();
            Assert.Throws<ObjectDisposedException>(() => cipher.Transform(new byte[1]));
        }
    }

    private static byte[] Reference(byte[] key, byte[] iv, int length)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var stream = new byte[length];
        byte[] counter = [.. iv];
        for (int i = 0; i < length; i += 16)
        {
            aes.EncryptEcb(counter, stream.AsSpan(i, 16), PaddingMode.None);
            for (int at = 15; at >= 0 && ++counter[at] == 0; at--)
            {
            }
        }

        return stream;
    }
}
