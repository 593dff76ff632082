using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>The curve operations in C#: always there, and the one that decides what a valid signature is.</summary>
internal sealed class ManagedCurve25519 : ICurve25519
{
    public static ManagedCurve25519 Instance { get; } = new();

    public string Name => "managed";

    /// <summary>Multiplies on the Edwards curve, where a table helps, and maps the result: u = (1 + y) / (1 - y).</summary>
    public void X25519PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Span<byte> scalar = stackalloc byte[X25519.KeyLength];
        privateKey.CopyTo(scalar);
        X25519.Clamp(scalar);
        EdwardsPoint point = EdwardsScalarMultiplication.MultiplyBase(scalar);
        ((point.Z + point.Y) * (point.Z - point.Y).Invert()).Write(publicKey);
        CryptographicOperations.ZeroMemory(scalar);
    }

    /// <summary>The Montgomery ladder of RFC 7748, section 5, with its names.</summary>
    public void X25519Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        Span<byte> k = stackalloc byte[X25519.KeyLength];
        privateKey.CopyTo(k);
        X25519.Clamp(k);

        FieldElement x1 = FieldElement.Read(peerPublicKey);
        FieldElement x2 = FieldElement.One;
        FieldElement z2 = default;
        FieldElement x3 = x1;
        FieldElement z3 = FieldElement.One;
        ulong swap = 0;
        for (int t = 254; t >= 0; t--)
        {
            ulong bit = (ulong)(k[t >> 3] >> (t & 7)) & 1;
            swap ^= bit;
            FieldElement.ConditionalSwap(ref x2, ref x3, swap);
            FieldElement.ConditionalSwap(ref z2, ref z3, swap);
            swap = bit;

            FieldElement a = x2 + z2;
            FieldElement b = x2 - z2;
            FieldElement da = (x3 - z3) * a;
            FieldElement cb = (x3 + z3) * b;
            FieldElement aa = a.Square();
            FieldElement bb = b.Square();
            FieldElement e = aa - bb;
            x3 = (da + cb).Square();
            z3 = (da - cb).Square() * x1;
            x2 = aa * bb;
            z2 = (aa + e.Times(121665)) * e;
        }

        FieldElement.ConditionalSwap(ref x2, ref x3, swap);
        FieldElement.ConditionalSwap(ref z2, ref z3, swap);
        (x2 * z2.Invert()).Write(sharedSecret);
        CryptographicOperations.ZeroMemory(k);
    }

    public void MultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> point) =>
        EdwardsScalarMultiplication.MultiplyBase(scalar).Encode(point);

    /// <summary>
    /// Stock tor's rules (ed25519-donna), which are looser than RFC 8032: S need only be below 2^253 and is reduced modulo L; the key
    /// may have small order or be written non-canonically; R is compared as bytes, without multiplying by the cofactor.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if ((signature[63] & 0xe0) != 0 || !EdwardsPoint.TryDecode(publicKey, out EdwardsPoint point))
        {
            return false;
        }

        Span<byte> k = stackalloc byte[EdwardsScalar.Length];
        Ed25519.HashToScalar(signature[..32], publicKey, message, k);
        Span<byte> s = stackalloc byte[EdwardsScalar.Length];
        EdwardsScalar.Reduce(signature[32..], s);
        Span<byte> r = stackalloc byte[32];
        EdwardsScalarMultiplication.MultiplyAddBase(k, -point, s).Encode(r);
        return r.SequenceEqual(signature[..32]);
    }
}
