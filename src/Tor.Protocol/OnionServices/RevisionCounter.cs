using System.Buffers.Binary;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>
/// Numbers for the versions of a descriptor that grow with time and hide the clock (rend-spec-v3, appendix F.2; crypto_ope.c): two machines
/// with the same keys and no contact still give growing numbers.
/// </summary>
/// <remarks>Not for several threads at once. Dispose wipes the key.</remarks>
public sealed class RevisionCounter : IDisposable
{
    /// <summary>Largest number of seconds that is encrypted, somewhat more than three days.</summary>
    public const int MaxSeconds = 1 << 18;

    private const int KeyLength = 32;
    private const int WordLength = sizeof(ushort);

    private readonly byte[] _key = GC.AllocateArray<byte>(KeyLength, pinned: true);

    /// <param name="key">32 bytes, which are copied.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public RevisionCounter(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
        {
            throw new ArgumentException($"needs {KeyLength} bytes, not {key.Length}", nameof(key));
        }

        key.CopyTo(_key);
    }

    /// <summary>The counter of a service's period.</summary>
    public static RevisionCounter Create(BlindedKeyPair keys)
    {
        byte[] secret = keys.PrivateKey.ExportExpanded();
        using var hash = new RunningSha3_256();
        hash.Update("rev-counter-generation\0"u8); // stock tor hashes the terminating zero too
        hash.Update(secret);
        Span<byte> key = stackalloc byte[KeyLength];
        hash.GetDigest(key);
        var counter = new RevisionCounter(key);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
        return counter;
    }

    /// <summary>The counter at some time.</summary>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="runStart">When the run began whose value places the descriptor; a clock that is behind it counts as being there.</param>
    public ulong At(DateTime now, DateTime runStart)
    {
        double seconds = Math.Floor((now - runStart).TotalSeconds) + 1;
        return Encrypt((int)Math.Clamp(seconds, 1, MaxSeconds));
    }

    /// <summary>The sum of the first so many little-endian words of the key stream, each plus one. Takes longer for larger numbers.</summary>
    /// <param name="seconds">1 to <see cref="MaxSeconds"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public ulong Encrypt(int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, MaxSeconds);
        using AesCtr stream = AesCtr.Create(_key);
        Span<byte> block = stackalloc byte[4096];
        ulong sum = (ulong)seconds;
        for (int left = seconds * WordLength; left > 0; left -= block.Length)
        {
            Span<byte> words = block[..Math.Min(left, block.Length)];
            words.Clear();
            stream.Transform(words);
            for (int offset = 0; offset < words.Length; offset += WordLength)
            {
                sum += BinaryPrimitives.ReadUInt16LittleEndian(words[offset..]);
            }
        }

        CryptographicOperations.ZeroMemory(block);
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);
}
