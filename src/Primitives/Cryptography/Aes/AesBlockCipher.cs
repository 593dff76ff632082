using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>
/// AES on single blocks, and counter mode from a counter block given with each call, under a key that is cheap to change: what the
/// tweakable cipher of CGO is built from. No allocation after the constructor; not for several threads at once.
/// </summary>
public sealed class AesBlockCipher : IDisposable
{
    /// <summary>Length in bytes of a block.</summary>
    public const int BlockLength = 16;

    private readonly BitslicedAes? _bitsliced;
    private AesKeySchedule.RoundKeys _roundKeys;
    private AesKeySchedule.RoundKeys _inverseKeys;
    private int _rounds;
    private bool _inverseKeysReady;
    private bool _disposed;

    /// <summary>Starts with a key of 16, 24 or 32 bytes, which is copied.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesBlockCipher(ReadOnlySpan<byte> key)
        : this(key, CryptographyBackend.AesChoice == AesImplementation.Instructions)
    {
    }

    internal AesBlockCipher(ReadOnlySpan<byte> key, bool instructions)
    {
        _bitsliced = instructions ? null : new BitslicedAes();
        Rekey(key);
    }

    /// <summary>Goes over to another key of 16, 24 or 32 bytes, which is copied; the old one is overwritten.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    /// <exception cref="ObjectDisposedException">The cipher was wiped.</exception>
    public void Rekey(ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        AesKeySchedule.RequireKeyLength(key);
        if (_bitsliced is not null)
        {
            _bitsliced.SetKey(key);
            return;
        }

        _rounds = InstructionAes.Expand(key, _roundKeys);
        _inverseKeysReady = false;
    }

    /// <summary>Encrypts one block. The spans may be the same.</summary>
    /// <param name="block">16 bytes.</param>
    /// <param name="encrypted">Receives 16 bytes.</param>
    /// <exception cref="ArgumentException">A span is not 16 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The cipher was wiped.</exception>
    public void Encrypt(ReadOnlySpan<byte> block, Span<byte> encrypted)
    {
        RequireUse(block, encrypted);
        if (_bitsliced is not null)
        {
            TransformOne(_bitsliced, block, encrypted, decrypt: false);
            return;
        }

        InstructionAes.Encrypt(_roundKeys, _rounds, Vector128.Create(block)).CopyTo(encrypted);
    }

    /// <summary>Decrypts one block. The spans may be the same.</summary>
    /// <param name="block">16 bytes.</param>
    /// <param name="decrypted">Receives 16 bytes.</param>
    /// <exception cref="ArgumentException">A span is not 16 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The cipher was wiped.</exception>
    public void Decrypt(ReadOnlySpan<byte> block, Span<byte> decrypted)
    {
        RequireUse(block, decrypted);
        if (_bitsliced is not null)
        {
            TransformOne(_bitsliced, block, decrypted, decrypt: true);
            return;
        }

        if (!_inverseKeysReady)
        {
            InstructionAes.Invert(_roundKeys, _rounds, _inverseKeys);
            _inverseKeysReady = true;
        }

        InstructionAes.Decrypt(_inverseKeys, _rounds, Vector128.Create(block)).CopyTo(decrypted);
    }

    /// <summary>Adds the key stream that starts at a counter block; the counter is the whole block, big-endian (NIST SP 800-38A, section 6.5).</summary>
    /// <param name="counterBlock">16 bytes, the first counter block.</param>
    /// <param name="inPlace">Any length; a part of the last block is used for its rest.</param>
    /// <exception cref="ArgumentException">The counter block is not 16 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The cipher was wiped.</exception>
    [SkipLocalsInit]
    public void Ctr(ReadOnlySpan<byte> counterBlock, Span<byte> inPlace)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        KeyLengths.Require(counterBlock, BlockLength, nameof(counterBlock));
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(counterBlock);
        ulong high = (ulong)(counter >> 64);
        ulong low = (ulong)counter;

        int whole = inPlace.Length & -AesCtr.BatchLength;
        XorBatches(ref counter, ref high, ref low, inPlace[..whole]);
        inPlace = inPlace[whole..];
        if (!inPlace.IsEmpty)
        {
            Span<byte> batch = stackalloc byte[AesCtr.BatchLength];
            batch.Clear();
            XorBatches(ref counter, ref high, ref low, batch);
            AesCtr.Xor(inPlace, batch);
            CryptographicOperations.ZeroMemory(batch);
        }
    }

    /// <summary>Wipes the key. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        ((Span<Vector128<byte>>)_roundKeys).Clear();
        ((Span<Vector128<byte>>)_inverseKeys).Clear();
        _bitsliced?.Wipe();
    }

    private void XorBatches(ref UInt128 counter, ref ulong high, ref ulong low, Span<byte> inPlace)
    {
        if (_bitsliced is not null)
        {
            BitslicedAesCtr.XorBatches(_bitsliced, ref counter, inPlace);
            return;
        }

        InstructionAes.XorBatches(_roundKeys, _rounds, ref high, ref low, inPlace);
    }

    private void RequireUse(ReadOnlySpan<byte> block, ReadOnlySpan<byte> result)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        KeyLengths.Require(block, BlockLength, nameof(block));
        KeyLengths.Require(result, BlockLength, nameof(result));
    }

    private static void TransformOne(BitslicedAes aes, ReadOnlySpan<byte> block, Span<byte> result, bool decrypt)
    {
        Span<byte> batch = stackalloc byte[AesCtr.BatchLength];
        batch.Clear();
        block.CopyTo(batch);
        if (decrypt)
        {
            aes.DecryptBatch(batch);
        }
        else
        {
            aes.EncryptBatch(batch);
        }

        batch[..BlockLength].CopyTo(result);
        CryptographicOperations.ZeroMemory(batch);
    }
}
