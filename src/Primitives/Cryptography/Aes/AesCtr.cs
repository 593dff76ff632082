using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// A running AES-CTR key stream (NIST SP 800-38A, section 6.5) whose counter is the whole block, big-endian, as Tor's ciphers use it.
/// Encryption and decryption are the same. No allocation after the constructor; not for several threads at once.
/// </summary>
public abstract class AesCtr : IDisposable
{
    /// <summary>Length in bytes of the initial counter block.</summary>
    public const int IvLength = 16;

    /// <summary>Blocks that one step of every implementation encrypts together, in bytes.</summary>
    internal const int BatchLength = 128;

    private KeyStream _keyStream;
    private int _used = BatchLength;
    private bool _disposed;

    [InlineArray(BatchLength)]
    private struct KeyStream
    {
        private byte _first;
    }

    /// <summary>Only the implementations in this assembly derive.</summary>
    private protected AesCtr()
    {
    }

    /// <summary>Starts a key stream at a counter of zero.</summary>
    /// <param name="key">16, 24 or 32 bytes; copied.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static AesCtr Create(ReadOnlySpan<byte> key)
    {
        Span<byte> zero = stackalloc byte[IvLength];
        zero.Clear();
        return Create(key, zero);
    }

    /// <summary>Starts a key stream at a given counter block.</summary>
    /// <param name="key">16, 24 or 32 bytes; copied.</param>
    /// <param name="iv">16 bytes, the first counter block.</param>
    /// <exception cref="ArgumentException">The key or counter block has another length.</exception>
    public static AesCtr Create(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) => Create(CryptographyBackend.AesChoice, key, iv);

    internal static AesCtr Create(AesImplementation implementation, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        AesKeySchedule.RequireKeyLength(key);
        KeyLengths.Require(iv, IvLength, nameof(iv));
        return implementation switch
        {
            AesImplementation.Instructions => new InstructionAesCtr(key, iv),
            AesImplementation.Platform => new PlatformAesCtr(key, iv),
            _ => new BitslicedAesCtr(key, iv),
        };
    }

    /// <summary>Encrypts or decrypts the next bytes of the stream where they lie; any length.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public void Transform(Span<byte> inPlace)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_used < BatchLength)
        {
            int count = Math.Min(BatchLength - _used, inPlace.Length);
            Xor(inPlace[..count], ((ReadOnlySpan<byte>)_keyStream).Slice(_used, count));
            _used += count;
            inPlace = inPlace[count..];
        }

        int whole = inPlace.Length & -BatchLength;
        if (whole > 0)
        {
            XorBatches(inPlace[..whole]);
            inPlace = inPlace[whole..];
        }

        if (!inPlace.IsEmpty)
        {
            ((Span<byte>)_keyStream).Clear();
            XorBatches(_keyStream);
            Xor(inPlace, ((ReadOnlySpan<byte>)_keyStream)[..inPlace.Length]);
            _used = inPlace.Length;
        }
    }

    /// <summary>Wipes the key and the key stream. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_keyStream);
        Wipe();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds the next key stream to a multiple of <see cref="BatchLength"/> bytes, and counts on.</summary>
    private protected abstract void XorBatches(Span<byte> inPlace);

    /// <summary>Wipes what the implementation knows of the key.</summary>
    private protected abstract void Wipe();

    /// <summary>Adds as many bytes of key stream as there are bytes of text.</summary>
    internal static void Xor(Span<byte> inPlace, ReadOnlySpan<byte> keyStream)
    {
        ref byte text = ref MemoryMarshal.GetReference(inPlace);
        ref byte stream = ref MemoryMarshal.GetReference(keyStream[..inPlace.Length]);
        nuint length = (nuint)inPlace.Length;
        nuint i = 0;
        for (; i + 16 <= length; i += 16)
        {
            (Vector128.LoadUnsafe(ref text, i) ^ Vector128.LoadUnsafe(ref stream, i)).StoreUnsafe(ref text, i);
        }

        for (; i < length; i++)
        {
            Unsafe.Add(ref text, i) ^= Unsafe.Add(ref stream, i);
        }
    }
}
