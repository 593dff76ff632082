using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Time;

namespace Tunic.Node.TorProgram;

/// <summary>The form in which torrc holds a control password: RFC 2440's salted, iterated SHA-1 (control-spec, "AUTHENTICATE").</summary>
internal static class HashedPassword
{
    private const int SaltLength = 8;
    private const byte IterationCode = 0x60;

    /// <summary>Bytes that go into the hash: what 0x60 stands for.</summary>
    private const int HashedLength = (16 + (IterationCode & 15)) << ((IterationCode >> 4) + 6);

    /// <summary>Hashes with a fresh salt: "16:" and 58 hexadecimal digits.</summary>
    internal static string Create(string password, RandomSource random)
    {
        Span<byte> salt = stackalloc byte[SaltLength];
        random.Fill(salt);
        return Create(password, salt);
    }

    internal static string Create(string password, ReadOnlySpan<byte> salt)
    {
        byte[] salted = [.. salt, .. Encoding.UTF8.GetBytes(password)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        for (int left = HashedLength; left > 0; left -= salted.Length)
        {
            hash.AppendData(salted.AsSpan(0, Math.Min(left, salted.Length)));
        }

        CryptographicOperations.ZeroMemory(salted);
        return $"16:{Convert.ToHexString(salt)}{IterationCode:X2}{Convert.ToHexString(hash.GetHashAndReset())}";
    }
}
