namespace Tunic.Primitives.Cryptography;

/// <summary>The check that every fixed-length argument of the curves passes first.</summary>
internal static class KeyLengths
{
    public static void Require(ReadOnlySpan<byte> bytes, int length, string name)
    {
        if (bytes.Length != length)
        {
            throw new ArgumentException($"needs {length} bytes, not {bytes.Length}", name);
        }
    }
}
