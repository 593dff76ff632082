using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Numerics;

namespace Tunic.Primitives.Cryptography;

/// <summary>PKCS#1 (RFC 8017): the DER forms of keys, and the padding of block type 1.</summary>
internal static class RsaPkcs1
{
    public const int MinKeySizeBits = 512;
    public const int MaxKeySizeBits = 8192;

    /// <summary>00 01, at least eight bytes ff, 00: what the padding costs (RFC 8017, section 9.2).</summary>
    public const int PaddingOverhead = 11;

    public static bool TryReadPublicKey(ReadOnlySpan<byte> der, out BigInteger modulus, out int exponent)
    {
        modulus = default;
        exponent = 0;
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.DER, out int offset, out int length, out int consumed);
            ReadOnlySpan<byte> rest = der.Slice(offset, length);
            if (consumed != der.Length || !TryReadInteger(ref rest, out modulus) || !TryReadInteger(ref rest, out BigInteger e))
            {
                return false;
            }

            if (!rest.IsEmpty || e < 3 || e.IsEven || e > int.MaxValue || modulus.IsEven)
            {
                return false;
            }

            exponent = (int)e;
            return modulus.GetBitLength() is >= MinKeySizeBits and <= MaxKeySizeBits;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    public static byte[] WritePublicKey(in BigInteger modulus, int exponent)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(modulus);
            writer.WriteInteger(exponent);
        }

        return writer.Encode();
    }

    /// <summary>Reads the eight numbers of a two-prime private key (RFC 8017, appendix A.1.2); their relations are not checked.</summary>
    public static bool TryReadPrivateKey(ReadOnlySpan<byte> der, [NotNullWhen(true)] out BigInteger[]? numbers)
    {
        numbers = null;
        try
        {
            AsnDecoder.ReadSequence(der, AsnEncodingRules.DER, out int offset, out int length, out int consumed);
            ReadOnlySpan<byte> rest = der.Slice(offset, length);
            if (consumed != der.Length || !TryReadInteger(ref rest, out BigInteger version) || !version.IsZero)
            {
                return false;
            }

            var read = new BigInteger[8];
            for (int i = 0; i < read.Length; i++)
            {
                if (!TryReadInteger(ref rest, out read[i]))
                {
                    return false;
                }
            }

            numbers = read;
            return rest.IsEmpty;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>Fills a block of the modulus's length with 00 01 ff ... ff 00 and the payload.</summary>
    /// <exception cref="ArgumentException">The payload leaves no room for the padding.</exception>
    public static void Pad(ReadOnlySpan<byte> payload, Span<byte> block)
    {
        if (payload.Length > block.Length - PaddingOverhead)
        {
            throw new ArgumentException($"is longer than the {block.Length - PaddingOverhead} bytes that this key can sign", nameof(payload));
        }

        block[0] = 0;
        block[1] = 1;
        block[2..^(payload.Length + 1)].Fill(0xff);
        block[^(payload.Length + 1)] = 0;
        payload.CopyTo(block[^payload.Length..]);
    }

    /// <summary>Finds the payload of a padded block; variable time, for public values.</summary>
    public static bool TryUnpad(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (block.Length < PaddingOverhead || block[0] != 0 || block[1] != 1)
        {
            return false;
        }

        int end = block[2..].IndexOfAnyExcept((byte)0xff);
        if (end < 8 || block[2 + end] != 0)
        {
            return false;
        }

        payload = block[(3 + end)..];
        return true;
    }

    private static bool TryReadInteger(ref ReadOnlySpan<byte> rest, out BigInteger value)
    {
        value = default;
        ReadOnlySpan<byte> bytes = AsnDecoder.ReadIntegerBytes(rest, AsnEncodingRules.DER, out int consumed);
        if (bytes.Length > (MaxKeySizeBits / 8) + 1)
        {
            return false;
        }

        value = new BigInteger(bytes, isBigEndian: true);
        rest = rest[consumed..];
        return value.Sign >= 0;
    }
}
