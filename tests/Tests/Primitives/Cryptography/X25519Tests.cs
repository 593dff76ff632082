using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class X25519Tests
{
    // RFC 7748, section 5.2
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Agreement_gives_the_vectors_of_RFC_7748(string scalar, string u, string expected)
    {
        var shared = new byte[32];
        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            curve.X25519Agree(Bytes.Of(scalar), Bytes.Of(u), shared);
            Assert.Equal(expected, Bytes.Hex(shared));
        }
    }

    // RFC 7748, section 5.2: the results after 1 and after 1000 iterations
    [Fact]
    public void Agreement_iterated_gives_the_vectors_of_RFC_7748()
    {
        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            var k = new byte[32];
            k[0] = 9;
            byte[] u = [.. k];
            for (int i = 1; i <= 1000; i++)
            {
                var next = new byte[32];
                curve.X25519Agree(k, u, next);
                (k, u) = (next, k);
                if (i == 1)
                {
                    Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Bytes.Hex(k));
                }
            }

            Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Bytes.Hex(k));
        }
    }

    // RFC 7748, section 6.1
    [Fact]
    public void Both_sides_agree_on_the_secret_of_RFC_7748()
    {
        byte[] alice = Bytes.Of("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Bytes.Of("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = new byte[32], bobPublic = new byte[32], shared = new byte[32];

        X25519.GetPublicKey(alice, alicePublic);
        X25519.GetPublicKey(bob, bobPublic);

        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Bytes.Hex(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Bytes.Hex(bobPublic));
        Assert.True(X25519.TryAgree(alice, bobPublic, shared));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Hex(shared));
        Assert.True(X25519.TryAgree(bob, alicePublic, shared));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Hex(shared));
    }

    // tor src/test/test_crypto.c, test_crypto_curve25519_impl
    [Fact]
    public void A_chain_of_agreements_ignores_the_high_bit_of_public_keys()
    {
        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            byte[] e1 = new byte[32], e2 = new byte[32], k = new byte[32];
            (e1[0], e2[0], k[0]) = (3, 5, 9);
            byte[] e1k = new byte[32], e2k = new byte[32], e1e2k = new byte[32], e2e1k = new byte[32];
            for (int loop = 0; ; loop++)
            {
                curve.X25519Agree(e1, k, e1k);
                curve.X25519Agree(e2, e1k, e2e1k);
                curve.X25519Agree(e2, k, e2k);
                byte[] marked = [.. e2k];
                marked[31] |= (byte)(loop << 7);
                curve.X25519Agree(e1, marked, e1e2k);
                Assert.Equal(e2e1k, e1e2k);
                if (loop == 199)
                {
                    break;
                }

                for (int i = 0; i < 32; i++)
                {
                    e1[i] ^= e2k[i];
                    e2[i] ^= e1k[i];
                    k[i] ^= e1e2k[i];
                }
            }

            Assert.Equal("bc7112cde03f97ef7008cad1bdc56be3c6a1037d74cceb3712e9206871dcf654", Bytes.Hex(e1));
            Assert.Equal("dd8fa254fb60bdb5142fe05b1f5de44d8e3ee1a63c7d14274ea5d4c67f065467", Bytes.Hex(e2k));
            Assert.Equal("7ddb98bd89025d2347776b33901b3e7ec0ee98cb2257a4545c0cfb2ca3e1812b", Bytes.Hex(e1e2k));
        }
    }

    [Fact]
    public void The_public_key_is_the_multiple_of_nine()
    {
        var random = new SeededRandomSource(1);
        var nine = new byte[32];
        nine[0] = 9;
        byte[] secret = new byte[32], expected = new byte[32], actual = new byte[32];
        for (int i = 0; i < 200; i++)
        {
            random.Fill(secret);
            ManagedCurve25519.Instance.X25519Agree(secret, nine, expected);
            foreach (ICurve25519 curve in CurveImplementations.All)
            {
                curve.X25519PublicKey(secret, actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    // The u coordinates of order 1, 2, 4 and 8 on the curve and its twist, and their forms of p or more (RFC 7748, section 6.1).
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void A_peer_key_of_small_order_gives_no_secret(string peer)
    {
        var random = new SeededRandomSource(2);
        byte[] secret = new byte[32], shared = new byte[32];
        X25519.GeneratePrivateKey(random, secret);

        Assert.False(X25519.TryAgree(secret, Bytes.Of(peer), shared));
        Assert.All(shared, value => Assert.Equal(0, value));
        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            Array.Fill(shared, (byte)1);
            curve.X25519Agree(secret, Bytes.Of(peer), shared);
            Assert.All(shared, value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void A_new_private_key_is_clamped()
    {
        var secret = new byte[32];
        X25519.GeneratePrivateKey(new SeededRandomSource(3), secret);

        Assert.Equal(0, secret[0] & 7);
        Assert.Equal(0x40, secret[31] & 0xc0);
    }

    [Fact]
    public void Keys_of_another_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => X25519.GetPublicKey(new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.GetPublicKey(new byte[32], new byte[33]));
        Assert.Throws<ArgumentException>(() => X25519.TryAgree(new byte[32], new byte[31], new byte[32]));
        Assert.Throws<ArgumentException>(() => X25519.GeneratePrivateKey(new SeededRandomSource(1), new byte[33]));
    }
}
