using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class Ed25519Tests
{
    [Fact]
    public void Keys_and_signatures_are_those_of_the_vectors()
    {
        foreach (string[] vector in PlainEd25519Vectors.All)
        {
            byte[] message = Bytes.Of(vector[3]);
            using Ed25519PrivateKey key = Ed25519PrivateKey.FromSeed(Bytes.Of(vector[0]));
            var signature = new byte[64];
            key.Sign(message, signature);

            Assert.Equal(vector[1], Bytes.Hex(key.PublicKey.ToArray()));
            Assert.Equal(vector[2], Bytes.Hex(signature));
            Assert.True(Ed25519.Verify(Bytes.Of(vector[1]), message, signature));
        }
    }

    [Fact]
    public void Expansion_conversion_blinding_and_signatures_are_those_of_stock_tor()
    {
        byte[] expanded = new byte[64], publicKey = new byte[32], signature = new byte[64], blinded = new byte[64];
        byte[] x25519Public = new byte[32], converted = new byte[64], convertedPublic = new byte[32], fromPublic = new byte[32];
        foreach (string[] vector in TorEd25519Vectors.All)
        {
            Ed25519.ExpandSeed(Bytes.Of(vector[0]), expanded);
            Assert.Equal(vector[1], Bytes.Hex(expanded));
            Ed25519.GetPublicKey(expanded, publicKey);
            Assert.Equal(vector[2], Bytes.Hex(publicKey));

            X25519.GetPublicKey(expanded.AsSpan(0, 32), x25519Public);
            Assert.Equal(vector[3], Bytes.Hex(x25519Public));
            Ed25519Conversion.ExpandedFromX25519Private(expanded.AsSpan(0, 32), converted, out int signBit);
            Ed25519.GetPublicKey(converted, convertedPublic);
            Ed25519Conversion.PublicFromX25519(x25519Public, signBit, fromPublic);
            Assert.Equal(convertedPublic, fromPublic);
            Assert.Equal(publicKey, fromPublic);

            Ed25519Blinding.BlindExpandedKey(expanded, Bytes.Of(vector[4]), blinded);
            Assert.Equal(vector[5], Bytes.Hex(blinded));
            Ed25519Blinding.BlindPublicKey(publicKey, Bytes.Of(vector[4]), fromPublic);
            Assert.Equal(vector[6], Bytes.Hex(fromPublic));
            Ed25519.GetPublicKey(blinded, fromPublic);
            Assert.Equal(vector[6], Bytes.Hex(fromPublic));

            Ed25519.Sign(expanded, publicKey, publicKey, signature);
            Assert.Equal(vector[7], Bytes.Hex(signature));
        }
    }

    [Fact]
    public void A_signature_fails_for_another_key_message_or_bit()
    {
        var random = new SeededRandomSource(1);
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
        using Ed25519PrivateKey other = Ed25519PrivateKey.Generate(random);
        byte[] publicKey = key.PublicKey.ToArray();
        byte[] message = "GNU will be able to run Unix programs"u8.ToArray();
        var signature = new byte[64];
        key.Sign(message, signature);

        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            Assert.True(curve.Verify(publicKey, message, signature));
            Assert.False(curve.Verify(other.PublicKey.ToArray(), message, signature));
            Assert.False(curve.Verify(publicKey, message.AsSpan(1), signature));
            for (int bit = 0; bit < 512; bit++)
            {
                signature[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(curve.Verify(publicKey, message, signature));
                signature[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Messages_beyond_the_stack_buffer_are_signed_and_verified()
    {
        var random = new SeededRandomSource(2);
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
        var signature = new byte[64];
        for (int length = 440; length <= 520; length++)
        {
            var message = new byte[length];
            random.Fill(message);
            key.Sign(message, signature);
            foreach (ICurve25519 curve in CurveImplementations.All)
            {
                Assert.True(curve.Verify(key.PublicKey.ToArray(), message, signature));
            }
        }
    }

    // tor src/test/test_crypto.c, test_crypto_ed25519_validation
    [Theory]
    [InlineData("300ef2e64e588e1df55b48e4da0416ffb64cc85d5b00af6463d5cc6c2b1c185e", false)] // order 8L
    [InlineData("f43e3a046db8749164c6e69b193f1e942c7452e7d888736f40b98093d814d5e7", false)] // order 4L
    [InlineData("c9fff3af0471c28e33e98c2043e44f779d0427b1e37c521a6bddc011ed1869af", false)] // order 2L
    [InlineData("e19c65de75c68cf3b7643ea732ba9eb1a3d20d6d57ba223c2ece1df66feb5af0", false)] // no point
    [InlineData("4ba2e44760dff4c559ef3c38768c1c14a8a54740c782c8d70803e9d6e3ad8794", true)]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", false)] // the identity
    [InlineData("0100000000000000000000000000000000000000000000000000000000000080", false)] // and its other forms
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false)]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false)] // order 2
    public void Only_points_of_prime_order_are_torsion_free(string publicKey, bool expected)
    {
        Assert.Equal(expected, Ed25519.IsTorsionFree(Bytes.Of(publicKey)));
    }

    // tor src/test/test_crypto.c, test_crypto_ed25519_blinding_fail
    [Fact]
    public void Blinding_refuses_bytes_that_are_no_point()
    {
        byte[] parameter = new byte[32], blinded = new byte[32];
        parameter[0] = 2;
        byte[] bad = Bytes.Of("e19c65de75c68cf3b7643ea732ba9eb1a3d20d6d57ba223c2ece1df66feb5af0");

        Assert.False(Ed25519Blinding.TryBlindPublicKey(bad, parameter, blinded));
        Assert.Throws<ArgumentException>(() => Ed25519Blinding.BlindPublicKey(bad, parameter, blinded));
        Assert.True(Ed25519Blinding.TryBlindPublicKey(
            Bytes.Of("4ba2e44760dff4c559ef3c38768c1c14a8a54740c782c8d70803e9d6e3ad8794"), parameter, blinded));
    }

    // tor src/test/test_crypto.c, test_crypto_ed25519_blinding and test_crypto_ed25519_convert
    [Fact]
    public void Blinded_and_converted_keys_sign()
    {
        var random = new SeededRandomSource(3);
        byte[] parameter = new byte[32], blindedPublic = new byte[32], blinded = new byte[64], signature = new byte[64];
        byte[] x25519 = new byte[32], x25519Public = new byte[32], converted = new byte[64], convertedPublic = new byte[32];
        for (int i = 0; i < 30; i++)
        {
            random.Fill(parameter);
            using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
            Ed25519Blinding.BlindExpandedKey(key.ExportExpanded(), parameter, blinded);
            Ed25519Blinding.BlindPublicKey(key.PublicKey.ToArray(), parameter, blindedPublic);
            Ed25519.Sign(blinded, blindedPublic, "Eyes I dare not meet in dreams"u8, signature);
            Assert.True(Ed25519.Verify(blindedPublic, "Eyes I dare not meet in dreams"u8, signature));

            X25519.GeneratePrivateKey(random, x25519);
            X25519.GetPublicKey(x25519, x25519Public);
            Ed25519Conversion.ExpandedFromX25519Private(x25519, converted, out int signBit);
            Ed25519Conversion.PublicFromX25519(x25519Public, signBit, convertedPublic);
            Ed25519.Sign(converted, convertedPublic, "The eyes are not here"u8, signature);
            Assert.True(Ed25519.Verify(convertedPublic, "The eyes are not here"u8, signature));
        }
    }

    [Fact]
    public void A_batch_is_valid_when_every_signature_is()
    {
        var random = new SeededRandomSource(4);
        var signed = new List<Ed25519Signed>();
        Assert.True(Ed25519.VerifyBatch(signed));
        for (int i = 0; i < 9; i++)
        {
            using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(random);
            byte[] message = [(byte)i], signature = new byte[64];
            key.Sign(message, signature);
            signed.Add(new Ed25519Signed(key.PublicKey.ToArray(), message, signature));
        }

        Assert.True(Ed25519.VerifyBatch(signed));
        for (int i = 0; i < signed.Count; i++)
        {
            Ed25519Signed good = signed[i];
            signed[i] = good with { Message = new byte[] { 99 } };
            Assert.False(Ed25519.VerifyBatch(signed));
            signed[i] = good;
        }
    }

    [Fact]
    public void A_private_key_exports_what_it_was_made_of_and_is_wiped()
    {
        var seed = new byte[32];
        new SeededRandomSource(5).Fill(seed);
        var expanded = new byte[64];
        Ed25519.ExpandSeed(seed, expanded);
        Ed25519PrivateKey fromSeed = Ed25519PrivateKey.FromSeed(seed);
        Ed25519PrivateKey fromExpanded = Ed25519PrivateKey.FromExpanded(expanded);

        Assert.Equal(seed, fromSeed.ExportSeed());
        Assert.Equal(expanded, fromSeed.ExportExpanded());
        Assert.Null(fromExpanded.ExportSeed());
        Assert.Equal(expanded, fromExpanded.ExportExpanded());
        Assert.Equal(fromSeed.PublicKey, fromExpanded.PublicKey);

        fromSeed.Dispose();
        fromSeed.Dispose();
        fromExpanded.Dispose();
        Assert.Throws<ObjectDisposedException>(() => fromSeed.Sign(seed, expanded));
        Assert.Throws<ObjectDisposedException>(() => fromSeed.ExportSeed());
        Assert.Throws<ObjectDisposedException>(() => fromExpanded.ExportExpanded());
    }
}
