using System.Numerics;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tests.Primitives.Cryptography;

public sealed class EdwardsScalarTests
{
    private static readonly BigInteger L = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    [Fact]
    public void The_order_is_L() => Assert.Equal(L, Number(EdwardsScalar.Order));

    [Fact]
    public void Arithmetic_is_that_of_integers_modulo_L()
    {
        var random = new SeededRandomSource(1);
        var result = new byte[32];
        for (int i = 0; i < 5000; i++)
        {
            byte[] a = Pick(random, 32), b = Pick(random, 32), c = Pick(random, 32), wide = Pick(random, 64);

            EdwardsScalar.MultiplyAdd(a, b, c, result);
            Assert.Equal(((Number(a) * Number(b)) + Number(c)) % L, Number(result));
            EdwardsScalar.Reduce(wide, result);
            Assert.Equal(Number(wide) % L, Number(result));
            EdwardsScalar.Reduce(a, result);
            Assert.Equal(Number(a) % L, Number(result));

            BigInteger expected = Number(a) * Number(b) % L;
            EdwardsScalar.Multiply(a, b, a);
            Assert.Equal(expected, Number(a));
        }
    }

    /// <summary>Anything, or a number next to a multiple of L or to the largest of its length.</summary>
    private static byte[] Pick(SeededRandomSource random, int length)
    {
        var bytes = new byte[length];
        random.Fill(bytes);
        BigInteger limit = BigInteger.One << (8 * length);
        BigInteger value = random.NextInt32(3) switch
        {
            0 => Number(bytes) / L * L + random.NextInt32(3) - 1,
            1 => limit - 1 - random.NextInt32(3),
            _ => Number(bytes),
        };
        bytes.AsSpan().Clear();
        Assert.True(((value + limit) % limit).TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);
}
