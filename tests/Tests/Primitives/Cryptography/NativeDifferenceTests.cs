using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

/// <summary>Native and managed implementations on the same seeded input.</summary>
public sealed class NativeDifferenceTests
{
    private static readonly ManagedCurve25519 Managed = ManagedCurve25519.Instance;

    [Fact]
    public void Agreement_is_the_same_for_random_and_for_edge_keys()
    {
        ICurve25519 native = RequireNativeCurves();
        var random = new SeededRandomSource(1);
        byte[] secret = new byte[32], peer = new byte[32], expected = new byte[32], actual = new byte[32];
        for (int i = 0; i < 4000; i++)
        {
            random.Fill(secret);
            PickEncoding(random, peer);
            Managed.X25519Agree(secret, peer, expected);
            native.X25519Agree(secret, peer, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{i}: {Bytes.Hex(secret)} {Bytes.Hex(peer)}");
        }
    }

    [Fact]
    public void Multiples_of_the_base_point_are_the_same()
    {
        ICurve25519 native = RequireNativeCurves();
        var random = new SeededRandomSource(2);
        byte[] scalar = new byte[32], expected = new byte[32], actual = new byte[32];
        for (int i = 0; i < 4000; i++)
        {
            switch (i % 4)
            {
                case 0: // zero and small scalars
                    scalar.AsSpan().Clear();
                    scalar[0] = (byte)(i / 4);
                    break;
                case 1: // L - 1, L - 2, ...
                    EdwardsScalar.Order.CopyTo(scalar);
                    scalar[0] -= (byte)(1 + (i / 4 % 0xec));
                    break;
                case 2: // digits of 7, 8 and 9, where the signed digits carry
                    for (int at = 0; at < 32; at++)
                    {
                        scalar[at] = (byte)((7 + random.NextInt32(3)) | ((7 + random.NextInt32(3)) << 4));
                    }

                    scalar[31] &= 15;
                    EdwardsScalar.Reduce(scalar, scalar);
                    break;
                default:
                    random.Fill(scalar);
                    EdwardsScalar.Reduce(scalar, scalar);
                    break;
            }

            Managed.MultiplyBase(scalar, expected);
            native.MultiplyBase(scalar, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{i}: {Bytes.Hex(scalar)}");
        }
    }

    [Fact]
    public void Verification_is_the_same_for_good_bad_and_odd_signatures()
    {
        ICurve25519 native = RequireNativeCurves();
        var random = new SeededRandomSource(3);
        byte[] signature = new byte[64], message = new byte[40];
        for (int i = 0; i < 1500; i++)
        {
            using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
            byte[] publicKey = key.PublicKey.ToArray();
            random.Fill(message);
            key.Sign(message, signature);
            switch (i % 5)
            {
                case 1:
                    signature[random.NextInt32(64)] ^= (byte)(1 << random.NextInt32(8));
                    break;
                case 2:
                    PickEncoding(random, publicKey);
                    break;
                case 3:
                    PickEncoding(random, signature.AsSpan(0, 32));
                    break;
                case 4:
                    PickEncoding(random, publicKey);
                    PickEncoding(random, signature.AsSpan(0, 32));
                    PickEncoding(random, signature.AsSpan(32));
                    break;
            }

            bool expected = Managed.Verify(publicKey, message, signature);
            Assert.Equal(expected, native.Verify(publicKey, message, signature));
            Assert.True(expected || i % 5 != 0);
        }
    }

    [Fact]
    public void Aes_and_Polyval_are_the_same_with_and_without_instructions()
    {
        Assert.SkipUnless(InstructionAes.IsSupported && InstructionPolyval.IsSupported, "the processor has no such instructions");
        var random = new SeededRandomSource(4);
        byte[] first = new byte[700], second = new byte[700], expected = new byte[16], actual = new byte[16];
        for (int i = 0; i < 1000; i++)
        {
            var key = new byte[16 + (8 * random.NextInt32(3))];
            var iv = new byte[16];
            random.Fill(key);
            random.Fill(iv);
            int length = random.NextInt32(first.Length);
            using AesCtr instructions = AesCtr.Create(AesImplementation.Instructions, key, iv);
            using AesCtr bitsliced = AesCtr.Create(AesImplementation.Bitsliced, key, iv);
            instructions.Transform(first.AsSpan(0, length));
            bitsliced.Transform(second.AsSpan(0, length));
            Assert.Equal(first, second);

            using var fast = new Polyval(key.AsSpan(0, 16), instructions: true);
            using var slow = new Polyval(key.AsSpan(0, 16), instructions: false);
            fast.Update(first.AsSpan(0, length));
            slow.Update(first.AsSpan(0, length));
            fast.Finish(actual);
            slow.Finish(expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Sha1_is_the_same_in_libcrypto_managed_and_the_platform()
    {
        Assert.SkipUnless(LibCrypto.IsAvailable, "there is no libcrypto");
        var random = new SeededRandomSource(5);
        byte[] text = new byte[300], expected = new byte[20], actual = new byte[20];
        for (int i = 0; i < 2000; i++)
        {
            int length = random.NextInt32(text.Length);
            random.Fill(text.AsSpan(0, length));
            using var native = new RunningSha1(native: true);
            using var managed = new RunningSha1(native: false);
            native.Update(text.AsSpan(0, length));
            managed.Update(text.AsSpan(0, length));
            native.GetDigest(actual);
            managed.GetDigest(expected);
            Assert.Equal(SHA1.HashData(text.AsSpan(0, length)), expected);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void The_report_names_what_was_chosen()
    {
        Assert.Contains(CryptographyBackend.Curve25519, (string[])["libsodium", "managed"]);
        Assert.Contains(CryptographyBackend.Sha1, (string[])["libcrypto", "managed"]);
        Assert.Contains(CryptographyBackend.Rsa, (string[])["libcrypto", "managed"]);
        Assert.Contains(CryptographyBackend.Aes, (string[])["instructions", "platform", "managed"]);
        Assert.Contains(CryptographyBackend.Polyval, (string[])["instructions", "managed"]);
    }

    /// <summary>Random bytes, or a small number, or one near p or 2^255, with or without the top bit.</summary>
    private static void PickEncoding(SeededRandomSource random, Span<byte> bytes)
    {
        switch (random.NextInt32(4))
        {
            case 0:
                bytes.Clear();
                bytes[0] = (byte)random.NextInt32(32);
                break;
            case 1:
                bytes.Fill(0xff);
                bytes[0] = (byte)(0xd0 + random.NextInt32(48));
                bytes[31] = 0x7f;
                break;
            default:
                random.Fill(bytes);
                break;
        }

        bytes[31] ^= (byte)(random.NextInt32(2) << 7);
    }

    private static ICurve25519 RequireNativeCurves()
    {
        Assert.SkipWhen(CryptographyBackend.Curves is ManagedCurve25519, "there is no libsodium");
        return CryptographyBackend.Curves;
    }
}
