using System.Runtime.Intrinsics;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>
/// ET, the left half of UIV+: AES on 16 bytes between two additions of a mask, which is POLYVAL of the tweak (proposal 359;
/// the construction is known as LRW2).
/// </summary>
internal sealed class CgoTweakableCipher : IDisposable
{
    /// <summary>Bytes of KB, the AES key, and KU, the POLYVAL key.</summary>
    public const int KeyLength = AesKeyLength + Polyval.KeyLength;

    private const int AesKeyLength = 16;
    private const int TweakLength = 16;
    private const int BatchLength = 128; // POLYVAL takes eight blocks at a time

    private readonly bool _deciphers;
    private readonly AesBlockCipher _cipher;
    private readonly Polyval _mask;

    private CgoTweakableCipher(ReadOnlySpan<byte> keys, bool deciphers)
    {
        _deciphers = deciphers;
        _cipher = new AesBlockCipher(keys[..AesKeyLength]);
        _mask = new Polyval(keys[AesKeyLength..]);
    }

    public static CgoTweakableCipher CreateEnciphering(ReadOnlySpan<byte> keys) => new(keys, deciphers: false);

    public static CgoTweakableCipher CreateDeciphering(ReadOnlySpan<byte> keys) => new(keys, deciphers: true);

    /// <summary>Enciphers or deciphers <paramref name="left"/> under a tweak of three parts.</summary>
    /// <param name="left">16 bytes, changed in place.</param>
    /// <param name="tweak">H, 16 bytes.</param>
    /// <param name="command">The cell's command, one byte of the tweak.</param>
    /// <param name="right">X_R, 493 bytes.</param>
    public void Transform(Span<byte> left, ReadOnlySpan<byte> tweak, CellCommand command, ReadOnlySpan<byte> right)
    {
        Span<byte> front = stackalloc byte[BatchLength];
        tweak.CopyTo(front);
        front[TweakLength] = (byte)command;
        Span<byte> rightFront = front[(TweakLength + 1)..];
        right[..rightFront.Length].CopyTo(rightFront);

        Span<byte> mask = stackalloc byte[Polyval.BlockLength];
        _mask.Reset();
        _mask.Update(front);
        _mask.Update(right[rightFront.Length..]);
        _mask.Finish(mask);

        Xor(left, mask);
        if (_deciphers)
        {
            _cipher.Decrypt(left, left);
        }
        else
        {
            _cipher.Encrypt(left, left);
        }

        Xor(left, mask);
    }

    /// <summary>Replaces both keys.</summary>
    public void SetKey(ReadOnlySpan<byte> keys)
    {
        _cipher.Rekey(keys[..AesKeyLength]);
        _mask.Rekey(keys[AesKeyLength..]);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _mask.Dispose();
    }

    private static void Xor(Span<byte> block, ReadOnlySpan<byte> mask) =>
        (Vector128.Create<byte>(block) ^ Vector128.Create(mask)).CopyTo(block);
}
