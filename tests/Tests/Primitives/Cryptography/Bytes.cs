namespace Tunic.Tests.Primitives.Cryptography;

/// <summary>Hexadecimal for the vectors of this folder.</summary>
internal static class Bytes
{
    public static byte[] Of(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
