using System.Numerics;

namespace Tunic.Primitives.Cryptography;

/// <summary>Fixed-length big-endian forms of the numbers in RSA.</summary>
internal static class RsaNumbers
{
    /// <summary>Fills the whole span, leading zeros included. The value must fit.</summary>
    public static void Write(in BigInteger value, Span<byte> bytes)
    {
        int length = value.GetByteCount(isUnsigned: true);
        bytes[..^length].Clear();
        _ = value.TryWriteBytes(bytes[^length..], out _, isUnsigned: true, isBigEndian: true);
    }
}
