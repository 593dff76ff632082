using System.Numerics;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

/// <summary>What stock tor accepts beyond RFC 8032, and that every implementation accepts exactly this.</summary>
public sealed class Ed25519EdgeTests
{
    private static readonly BigInteger L = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    // Points of order 1, 2, 4, 4, 8, 8, 8, 8 in canonical form, then the other forms that decode: a sign bit on x = 0, y of p and p + 1.
    private static readonly string[] SmallOrderKeys =
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    [Fact]
    public void S_may_be_L_or_more_as_long_as_it_is_below_2_to_253()
    {
        (byte[] publicKey, byte[] signature) = Sign("text"u8);
        for (int times = 0; times < 18; times++)
        {
            BigInteger s = new BigInteger(signature.AsSpan(32), isUnsigned: true) + (L * times);
            if (s >= BigInteger.One << 256)
            {
                break;
            }

            byte[] changed = [.. signature];
            changed.AsSpan(32).Clear();
            Assert.True(s.TryWriteBytes(changed.AsSpan(32), out _, isUnsigned: true));
            foreach (ICurve25519 curve in CurveImplementations.All)
            {
                Assert.Equal(s < BigInteger.One << 253, curve.Verify(publicKey, "text"u8, changed));
            }
        }
    }

    [Fact]
    public void A_key_of_small_order_verifies_when_the_bytes_of_R_match()
    {
        foreach (string key in SmallOrderKeys)
        {
            byte[] publicKey = Bytes.Of(key);
            Assert.False(Ed25519.IsTorsionFree(publicKey));
            int accepted = 0;
            for (byte text = 0; text < 16; text++)
            {
                foreach (string r in SmallOrderKeys)
                {
                    byte[] signature = [.. Bytes.Of(r), .. new byte[32]]; // S = 0: valid when R = -kA, which depends on k mod 8
                    bool[] answers = [.. CurveImplementations.All.Select(curve => curve.Verify(publicKey, [text], signature))];
                    Assert.Single(answers.Distinct());
                    accepted += answers[0] ? 1 : 0;
                }
            }

            Assert.NotEqual(0, accepted); // stock tor has no rule against such keys
        }
    }

    [Fact]
    public void R_is_compared_as_bytes_so_that_other_forms_of_a_point_are_refused()
    {
        byte[] identity = Bytes.Of(SmallOrderKeys[0]);
        foreach (ICurve25519 curve in CurveImplementations.All)
        {
            Assert.True(curve.Verify(identity, "any"u8, [.. identity, .. new byte[32]]));
            Assert.False(curve.Verify(identity, "any"u8, [.. Bytes.Of(SmallOrderKeys[8]), .. new byte[32]]));
            Assert.False(curve.Verify(identity, "any"u8, [.. Bytes.Of(SmallOrderKeys[12]), .. new byte[32]]));
        }
    }

    [Fact]
    public void The_equation_is_checked_without_the_cofactor()
    {
        Assert.True(CofactorlessCheck.IsPassedBy(ManagedCurve25519.Instance.Verify));
        Assert.True(CofactorlessCheck.IsPassedBy(Ed25519.Verify));

        // The signature is one that a verifier with the cofactor accepts: the two sides differ by a point of order 8.
        Assert.True(EdwardsPoint.TryDecode(CofactorlessCheck.MixedKey, out EdwardsPoint key));
        Assert.True(EdwardsPoint.TryDecode(CofactorlessCheck.MixedSignature[..32], out EdwardsPoint r));
        Span<byte> k = stackalloc byte[32];
        Ed25519.HashToScalar(CofactorlessCheck.MixedSignature[..32], CofactorlessCheck.MixedKey, CofactorlessCheck.Message, k);
        EdwardsPoint difference = EdwardsScalarMultiplication.MultiplyAddBase(k, -key, CofactorlessCheck.MixedSignature[32..])
            .Subtract(new EdwardsCachedPoint(r)).ToPoint();
        Assert.False(difference.IsIdentity());
        EdwardsPoint cleared = difference.Double().ToPoint().Double().ToPoint().Double().ToPoint();
        Assert.True(cleared.IsIdentity());
    }

    [Fact]
    public void Half_of_all_strings_decode_and_encode_to_themselves()
    {
        var random = new SeededRandomSource(1);
        byte[] bytes = new byte[32], encoded = new byte[32];
        int points = 0;
        for (int i = 0; i < 1000; i++)
        {
            random.Fill(bytes);
            if (!EdwardsPoint.TryDecode(bytes, out EdwardsPoint point))
            {
                continue;
            }

            points++;
            point.Encode(encoded);
            Assert.Equal(bytes, encoded);
        }

        Assert.InRange(points, 400, 600);
    }

    private static (byte[] PublicKey, byte[] Signature) Sign(ReadOnlySpan<byte> text)
    {
        using Ed25519PrivateKey key = Ed25519PrivateKey.Generate(new SeededRandomSource(1));
        var signature = new byte[64];
        key.Sign(text, signature);
        return (key.PublicKey.ToArray(), signature);
    }
}
