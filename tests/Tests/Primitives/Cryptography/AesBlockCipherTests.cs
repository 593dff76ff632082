using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class AesBlockCipherTests
{
    private static readonly bool[] Implementations = InstructionAes.IsSupported ? [true, false] : [false];

    // FIPS 197, appendix C
    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a")]
    [InlineData("000102030405060708090a0b0c0d0e0f1011121314151617", "dda97ca4864cdfe06eaf70a0ec0d7191")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089")]
    public void A_block_encrypts_and_decrypts_as_in_FIPS_197(string key, string encrypted)
    {
        byte[] plain = Bytes.Of("00112233445566778899aabbccddeeff");
        foreach (bool instructions in Implementations)
        {
            using var cipher = new AesBlockCipher(Bytes.Of(key), instructions);
            var block = new byte[16];
            cipher.Encrypt(plain, block);
            Assert.Equal(encrypted, Bytes.Hex(block));
            cipher.Decrypt(block, block);
            Assert.Equal(plain, block);
        }
    }

    [Fact]
    public void Every_byte_passes_the_substitution_and_its_inverse()
    {
        foreach (bool instructions in Implementations)
        {
            using var reference = Aes.Create();
            reference.Key = new byte[16];
            using var cipher = new AesBlockCipher(new byte[16], instructions);
            byte[] block = new byte[16], result = new byte[16];
            for (int value = 0; value < 256; value++)
            {
                Array.Fill(block, (byte)value);
                cipher.Encrypt(block, result);
                Assert.Equal(reference.EncryptEcb(block, PaddingMode.None), result);
                cipher.Decrypt(block, result);
                Assert.Equal(reference.DecryptEcb(block, PaddingMode.None), result);
            }
        }
    }

    [Fact]
    public void A_new_key_replaces_the_old_one_whatever_its_length()
    {
        var random = new SeededRandomSource(1);
        foreach (bool instructions in Implementations)
        {
            using var cipher = new AesBlockCipher(new byte[32], instructions);
            for (int i = 0; i < 300; i++)
            {
                var key = new byte[16 + (8 * random.NextInt32(3))];
                byte[] block = new byte[16], result = new byte[16];
                random.Fill(key);
                random.Fill(block);
                using var reference = Aes.Create();
                reference.Key = key;

                cipher.Rekey(key);
                cipher.Encrypt(block, result);
                Assert.Equal(reference.EncryptEcb(block, PaddingMode.None), result);
                cipher.Decrypt(block, result);
                Assert.Equal(reference.DecryptEcb(block, PaddingMode.None), result);
            }
        }
    }

    [Fact]
    public void Counter_mode_is_that_of_a_running_stream_at_every_length()
    {
        var random = new SeededRandomSource(2);
        byte[] key = new byte[16], counter = new byte[16];
        foreach (bool instructions in Implementations)
        {
            for (int length = 0; length <= 600; length++)
            {
                random.Fill(key);
                random.Fill(counter);
                if (length % 3 == 0)
                {
                    Array.Fill(counter, (byte)0xff, 1, 15);
                }

                byte[] text = new byte[length], expected = new byte[length];
                using var cipher = new AesBlockCipher(key, instructions);
                using AesCtr stream = AesCtr.Create(AesImplementation.Platform, key, counter);
                cipher.Ctr(counter, text);
                stream.Transform(expected);
                Assert.Equal(expected, text);
            }
        }
    }

    [Fact]
    public void Wrong_lengths_and_use_after_dispose_are_refused()
    {
        foreach (bool instructions in Implementations)
        {
            var cipher = new AesBlockCipher(new byte[16], instructions);
            Assert.Throws<ArgumentException>(() => cipher.Rekey(new byte[15]));
            Assert.Throws<ArgumentException>(() => cipher.Encrypt(new byte[15], new byte[16]));
            Assert.Throws<ArgumentException>(() => cipher.Decrypt(new byte[16], new byte[17]));
            Assert.Throws<ArgumentException>(() => cipher.Ctr(new byte[15], new byte[1]));
            cipher.Dispose();
            cipher.Dispose();
            Assert.Throws<ObjectDisposedException>(() => cipher.Encrypt(new byte[16], new byte[16]));
            Assert.Throws<ObjectDisposedException>(() => cipher.Rekey(new byte[16]));
        }
    }
}
