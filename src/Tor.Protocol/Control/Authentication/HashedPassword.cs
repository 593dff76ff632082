using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Control.Authentication;

/// <summary>The form in which a torrc holds a control password: RFC 2440's salted, iterated SHA-1 (control-spec, "AUTHENTICATE").</summary>
public sealed class HashedPassword
{
    private const string Prefix = "16:";
    private const int SaltLength = 8;
    private const int EncodedLength = SaltLength + 1 + SHA1.HashSizeInBytes;

    /// <summary>What stock writes: 65,536 bytes go into the hash.</summary>
    private const byte UsualCount = 0x60;

    private readonly byte[] _encoded;

    private HashedPassword(byte[] encoded) => _encoded = encoded;

    /// <summary>Hashes a password with a fresh salt.</summary>
    public static HashedPassword Create(ReadOnlySpan<byte> password, RandomSource random)
    {
        byte[] encoded = new byte[EncodedLength];
        random.Fill(encoded.AsSpan(0, SaltLength));
        encoded[SaltLength] = UsualCount;
        Hash(password, encoded.AsSpan(0, SaltLength), UsualCount, encoded.AsSpan(SaltLength + 1));
        return new HashedPassword(encoded);
    }

    /// <summary>Reads "16:" and 58 hexadecimal digits, or as stock the same bytes in base64.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HashedPassword? password)
    {
        byte[] encoded = new byte[EncodedLength];
        int written;
        bool isRead = text.StartsWith(Prefix, StringComparison.Ordinal)
            ? Convert.FromHexString(text.AsSpan(Prefix.Length), encoded, out _, out written) == OperationStatus.Done
            : Convert.TryFromBase64String(text, encoded, out written);
        password = isRead && written == EncodedLength ? new HashedPassword(encoded) : null;
        return password is not null;
    }

    /// <summary>Whether it was made of this password. The time it takes does not tell how alike they are.</summary>
    public bool Matches(ReadOnlySpan<byte> password)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(password, _encoded.AsSpan(0, SaltLength), _encoded[SaltLength], hash);
        return CryptographicOperations.FixedTimeEquals(hash, _encoded.AsSpan(SaltLength + 1));
    }

    /// <summary>"16:" and 58 hexadecimal digits.</summary>
    public override string ToString() => Prefix + Convert.ToHexString(_encoded);

    [SuppressMessage("Security", "CA5350", Justification = "the protocol's own hash")]
    private static void Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, byte count, Span<byte> hash)
    {
        byte[] salted = new byte[SaltLength + password.Length];
        salt.CopyTo(salted);
        password.CopyTo(salted.AsSpan(SaltLength));
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        for (int left = (16 + (count & 15)) << ((count >> 4) + 6); left > 0; left -= salted.Length)
        {
            sha1.AppendData(salted.AsSpan(0, Math.Min(left, salted.Length)));
        }

        sha1.GetHashAndReset(hash);
        CryptographicOperations.ZeroMemory(salted);
    }
}
