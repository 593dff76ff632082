using System.Numerics;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class FieldElementTests
{
    private const ulong TightLimb = (1UL << 51) + (1UL << 18);

    private static readonly BigInteger P = (BigInteger.One << 255) - 19;

    [Fact]
    public void Arithmetic_is_that_of_integers_modulo_p()
    {
        var random = new SeededRandomSource(1);
        for (int i = 0; i < 3000; i++)
        {
            (FieldElement a, BigInteger x) = Pick(random, TightLimb);
            (FieldElement b, BigInteger y) = Pick(random, TightLimb);

            Check(a, x);
            Check(a + b, x + y);
            Check(a - b, x - y);
            Check(-a, -x);
            Check(a * b, x * y);
            Check(a.Square(), x * x);
            Check(a.Times(121665), x * 121665);
            Check((a + b) * (a - b), ((x + y) * (x - y)));
            Check((a + b - (a + a)) * (b - a), (y - x) * (y - x));
            Check(a.SquareTimes(3), BigInteger.ModPow(x, 8, P));
            Assert.Equal((int)(Modulo(x) & 1), a.Parity());
            Assert.Equal(Modulo(x).IsZero, a.IsZero());
        }
    }

    [Fact]
    public void Factors_may_have_limbs_up_to_54_bits()
    {
        var random = new SeededRandomSource(2);
        for (int i = 0; i < 2000; i++)
        {
            (FieldElement a, BigInteger x) = Pick(random, (1UL << 54) - 1);
            (FieldElement b, BigInteger y) = Pick(random, (1UL << 54) - 1);
            Check(a * b, x * y);
            Check(a.Square(), x * x);
            Check(a.Times((1 << 17) - 1), x * ((1 << 17) - 1));
        }
    }

    [Fact]
    public void Powers_are_the_inverse_and_the_core_of_the_square_root()
    {
        var random = new SeededRandomSource(3);
        for (int i = 0; i < 50; i++)
        {
            (FieldElement a, BigInteger x) = Pick(random, TightLimb);
            Check(a.Invert(), BigInteger.ModPow(x, P - 2, P));
            Check(a.PowerForSquareRoot(), BigInteger.ModPow(x, (P - 5) / 8, P));
        }

        Check(default(FieldElement).Invert(), 0);
        Check(FieldElement.SquareRootOfMinusOne.Square(), -1);
    }

    [Fact]
    public void Values_of_p_and_more_are_read_and_written_canonically()
    {
        for (int above = -3; above < 19; above++)
        {
            byte[] bytes = Write(P + above), written = new byte[32];
            bytes[31] |= 0x80;
            FieldElement.Read(bytes).Write(written);
            Assert.Equal(Write(Modulo(above)), written);
        }
    }

    [Fact]
    public void Selection_and_exchange_follow_their_bit()
    {
        var a = new FieldElement(1, 2, 3, 4, 5);
        var b = new FieldElement(6, 7, 8, 9, 10);
        Assert.Equal(a, FieldElement.Select(a, b, 0));
        Assert.Equal(b, FieldElement.Select(a, b, ulong.MaxValue));
        FieldElement x = a, y = b;
        FieldElement.ConditionalSwap(ref x, ref y, 0);
        Assert.Equal(a, x);
        FieldElement.ConditionalSwap(ref x, ref y, 1);
        Assert.Equal(b, x);
        Assert.Equal(a, y);
    }

    private static (FieldElement Element, BigInteger Value) Pick(SeededRandomSource random, ulong limit)
    {
        var limbs = new ulong[5];
        BigInteger value = 0;
        for (int i = 4; i >= 0; i--)
        {
            limbs[i] = random.NextInt32(4) switch
            {
                0 => limit,
                1 => random.NextUInt64(3),
                2 => (1UL << 51) - 1 - random.NextUInt64(20),
                _ => random.NextUInt64(limit + 1),
            };
            value = (value << 51) + limbs[i];
        }

        return (new FieldElement(limbs[0], limbs[1], limbs[2], limbs[3], limbs[4]), value);
    }

    private static BigInteger Modulo(BigInteger value) => ((value % P) + P) % P;

    private static byte[] Write(BigInteger value)
    {
        var bytes = new byte[32];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static void Check(FieldElement actual, BigInteger expected)
    {
        var bytes = new byte[32];
        actual.Write(bytes);
        Assert.Equal(Bytes.Hex(Write(Modulo(expected))), Bytes.Hex(bytes));
    }
}
