using System.Formats.Asn1;
using System.Numerics;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class RsaTests
{
    // A key made by "openssl genrsa -traditional 1024" for these tests, and what "openssl pkeyutl -sign" without a digest option made
    // of SHA-1("abc") and SHA-256("abc"): OpenSSL 3.0.
    private const string PrivateKeyDer =
        "3082025c02010002818100ca4c583686872f4f8e2c3289e11916e81fb4a65ac91a82ec868647628c0c17862225d151ad3a9f3bed7b472ced82e52c7b784169c8"
        + "d52e01af1ff87a743427473da3145e2e81fb0a1b29c83e58216ec08be2d96a6cb32b0df630bc744caa400f59fbcc1c49e1c97ba2a603f2721f2e5e0dba758b2b"
        + "930d6d78e45b7aadb4f56302030100010281800afa017f53e559e7d32b0ac2f877c80a684e0108c408b039ed42b3f4e0ec770a4c2809278962b8e92385a0e30b"
        + "3023073adbd790c9d8e75a280a700d14e90f88712fb3e439096305a85b9e47bae7a83773d4c2664efb26c10b008b6932529e7ee15cbfa717599973828b1a2aa9"
        + "26d1abe77ffbdd0c365b21e542370220047d81024100ff4cf974d9603be89e07bb13a72d5198eaa2aeb3364abcfec4351a77e70c48fa0e3df9416d38e31414fb"
        + "63111928675504bf9775a392067a58dc205ed00e35b1024100cada33f83d6724466490708fae67f04be8f03d801cac8d6ef5f8de0b88c30db972114298b3b81a"
        + "bbed5ed7c125061fd1f31a4d29f8a40fdbc59a7f54f3ec9d53024100f28ff4f7734cfebe9ddf247ca0baeb2b09cb7586ea4f8a4fd8a5c7b7223bc6de6647b599"
        + "d7275481110a63eeabe37a820997eb54a70ba7c1f8c974ac00ab6f91024042811334b97ccd29bee293e4a73b304ed2c9a08015e6845ff2886ad3c13ca18d40d6"
        + "63cd086ebd650b4762d8d1b8964a10b778c0dfe179c985994751a4bed83d024016cb0afa145bbc8d2806cd9fc0abd30eb9bc9dd2b09308f1e8847934d3f1fc5a"
        + "af838de6bec580f718e9a6ba6c92cb4d8bf7499040863c893aac0009d8065513";

    private const string PublicKeyDer =
        "30818902818100ca4c583686872f4f8e2c3289e11916e81fb4a65ac91a82ec868647628c0c17862225d151ad3a9f3bed7b472ced82e52c7b784169c8d52e01af"
        + "1ff87a743427473da3145e2e81fb0a1b29c83e58216ec08be2d96a6cb32b0df630bc744caa400f59fbcc1c49e1c97ba2a603f2721f2e5e0dba758b2b930d6d78"
        + "e45b7aadb4f5630203010001";

    private const string Sha1OfAbc = "a9993e364706816aba3e25717850c26c9cd0d89d";
    private const string Sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private const string Sha1Signature =
        "8746bb8d81b303c1999e69739197d64523971146dfc37b55f698114e361c2b218ea3813c9948e05b11e5ba5751c7011f332fd8e91e3cca38c7f7e0617beceede"
        + "e3f99632e788ab8a298ac22cd4f1d70606e3c5930c9d492b45853e5eda3c5f8b80c81b5640fe5720eb05e0c81df94ded8a2e64a41f884d33aed2144ecda7d270";

    private const string Sha256Signature =
        "7d68b7eb9b13949d73eef0a0884c48b1e51ef9ab9c5d0efa43dbe010db4ec843f7e2fef3eb9b38d6f96aaa8fcb5f5b2ca73b1373486696f16742ebf25f962bae"
        + "06223800f5f4800258ae956f1a0d4dc5905683debf74f084aebd57a858cae7db200645633f625e029817d1c134beb5ad8aa6cec734633347dc384bf79831923a";

    private static readonly bool[] Implementations = LibCrypto.IsAvailable ? [true, false] : [false];

    [Theory]
    [InlineData(Sha1OfAbc, Sha1Signature)]
    [InlineData(Sha256OfAbc, Sha256Signature)]
    public void A_bare_digest_is_signed_as_openssl_does(string digest, string signature)
    {
        foreach (bool native in Implementations)
        {
            using RsaPrivateKey key = Parse(PrivateKeyDer, native);
            Assert.Equal(signature, Bytes.Hex(key.SignDigest(Bytes.Of(digest))));
            Assert.True(key.PublicKey.VerifyDigest(Bytes.Of(digest), Bytes.Of(signature)));
        }
    }

    [Fact]
    public void The_public_half_has_the_fingerprint_that_openssl_computes()
    {
        using RsaPrivateKey key = Parse(PrivateKeyDer, native: false);
        Assert.True(RsaPublicKey.TryParse(Bytes.Of(PublicKeyDer), out RsaPublicKey? parsed));
        Assert.Equal(PublicKeyDer, Bytes.Hex(key.PublicKey.Pkcs1Der));
        Assert.Equal(parsed, key.PublicKey);
        Assert.Equal("E615E4A5B1BE77E9009725B09AC19DCCEBF8B4D1", parsed.Identity.ToString());
        Assert.Equal(1024, parsed.KeySizeBits);
        Assert.Equal(65537, parsed.Exponent);
        Assert.Equal(128, parsed.ModulusLength);
        Assert.Equal(PrivateKeyDer, Bytes.Hex(key.ExportPkcs1Der()));
    }

    [Fact]
    public void Every_changed_bit_of_a_signature_is_noticed()
    {
        Assert.True(RsaPublicKey.TryParse(Bytes.Of(PublicKeyDer), out RsaPublicKey? key));
        byte[] digest = Bytes.Of(Sha1OfAbc), signature = Bytes.Of(Sha1Signature);
        for (int bit = 0; bit < signature.Length * 8; bit += 7)
        {
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.VerifyDigest(digest, signature));
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(key.VerifyDigest(digest, signature));
        Assert.True(key.VerifyDigest(digest.AsSpan(0, 19), signature)); // stock tor compares as many bytes as the digest has
        Assert.False(key.VerifyDigest([.. digest, 0], signature));
        Assert.False(key.VerifyDigest(digest, signature.AsSpan(1)));
        Assert.False(key.VerifyDigest(digest, [.. signature, 0]));
        Assert.False(key.VerifyDigest(digest, []));
        Assert.Throws<ArgumentException>(() => key.VerifyDigest([], signature));
    }

    [Fact]
    public void A_signature_of_the_modulus_or_more_is_refused()
    {
        Assert.True(RsaPublicKey.TryParse(Bytes.Of(PublicKeyDer), out RsaPublicKey? key));
        using RsaPrivateKey secret = Parse(PrivateKeyDer, native: false);
        var raised = new BigInteger(Bytes.Of(Sha1Signature), isUnsigned: true, isBigEndian: true)
            + new BigInteger(Bytes.Of(PublicKeyDer).AsSpan(7, 128), isUnsigned: true, isBigEndian: true);
        byte[] bytes = raised.ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.False(key.VerifyDigest(Bytes.Of(Sha1OfAbc), bytes));
        Assert.False(key.VerifyDigest(Bytes.Of(Sha1OfAbc), Enumerable.Repeat((byte)0xff, 128).ToArray()));
    }

    [Fact]
    public void Recovery_needs_room_and_gives_the_signed_bytes()
    {
        var random = new SeededRandomSource(1);
        using RsaPrivateKey key = Parse(PrivateKeyDer, native: false);
        var recovered = new byte[128];
        foreach (int length in (int[])[0, 1, 20, 32, 116, 117])
        {
            var text = new byte[length];
            random.Fill(text);
            foreach (bool native in Implementations)
            {
                using RsaPrivateKey signer = Parse(PrivateKeyDer, native);
                byte[] signature = signer.SignDigest(text);
                Assert.True(key.PublicKey.TryRecover(signature, recovered, out int written));
                Assert.Equal(text, recovered[..written]);
                if (length > 0)
                {
                    Assert.False(key.PublicKey.TryRecover(signature, recovered.AsSpan(0, length - 1), out _));
                }
            }
        }

        Assert.Throws<ArgumentException>(() => key.SignDigest(new byte[118]));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(2048)]
    public void A_new_key_signs_alike_in_every_implementation(int bits)
    {
        using RsaPrivateKey made = RsaPrivateKey.Generate(bits);
        Assert.Equal(bits, made.PublicKey.KeySizeBits);
        Assert.Equal(65537, made.PublicKey.Exponent);
        var random = new SeededRandomSource((ulong)bits);
        var digest = new byte[32];
        using RsaPrivateKey managed = Parse(Bytes.Hex(made.ExportPkcs1Der()), native: false);
        for (int i = 0; i < 5; i++)
        {
            random.Fill(digest);
            byte[] signature = made.SignDigest(digest);
            Assert.Equal(managed.SignDigest(digest), signature);
            Assert.True(managed.PublicKey.VerifyDigest(digest, signature));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => RsaPrivateKey.Generate(256));
    }

    [Fact]
    public void Keys_are_refused_cut_short_extended_or_out_of_range()
    {
        byte[] publicKey = Bytes.Of(PublicKeyDer), privateKey = Bytes.Of(PrivateKeyDer);
        for (int length = 0; length < publicKey.Length; length++)
        {
            Assert.False(RsaPublicKey.TryParse(publicKey.AsSpan(0, length), out _));
        }

        for (int length = 0; length < privateKey.Length; length++)
        {
            Assert.False(RsaPrivateKey.TryParse(privateKey.AsSpan(0, length), out _));
        }

        Assert.False(RsaPublicKey.TryParse([.. publicKey, 0], out _));
        Assert.False(RsaPrivateKey.TryParse([.. privateKey, 0], out _));
        BigInteger odd = (BigInteger.One << 1023) + 1;
        Assert.True(RsaPublicKey.TryParse(PublicDer(odd, 3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(odd, 1), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(odd, 4), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(odd, -3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(odd, (BigInteger)int.MaxValue + 2), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(odd + 1, 3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer(-odd, 3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer((BigInteger.One << 510) + 1, 3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer((BigInteger.One << 8192) + 1, 3), out _));
        Assert.False(RsaPublicKey.TryParse(PublicDer((BigInteger.One << 90_000) + 1, 3), out _));
    }

    [Fact]
    public void A_private_key_whose_numbers_do_not_belong_together_is_refused()
    {
        byte[] der = Bytes.Of(PrivateKeyDer);
        foreach (int at in (int[])[100, 200, 300, 360, 420, 490, 560, 600])
        {
            der[at] ^= 2;
            foreach (bool native in Implementations)
            {
                Assert.False(RsaPrivateKey.TryParse(der, native, out _), $"byte {at}");
            }

            der[at] ^= 2;
        }
    }

    [Fact]
    public void A_disposed_key_does_not_sign()
    {
        foreach (bool native in Implementations)
        {
            RsaPrivateKey key = Parse(PrivateKeyDer, native);
            key.Dispose();
            key.Dispose();
            Assert.Throws<ObjectDisposedException>(() => key.SignDigest(new byte[20]));
            Assert.Throws<ObjectDisposedException>(() => key.ExportPkcs1Der());
        }
    }

    private static RsaPrivateKey Parse(string der, bool native)
    {
        Assert.True(RsaPrivateKey.TryParse(Bytes.Of(der), native, out RsaPrivateKey? key));
        return key;
    }

    private static byte[] PublicDer(BigInteger modulus, BigInteger exponent)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(modulus);
            writer.WriteInteger(exponent);
        }

        return writer.Encode();
    }
}
