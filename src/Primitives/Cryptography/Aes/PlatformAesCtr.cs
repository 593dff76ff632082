using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>AES-CTR over the platform's AES: counter blocks are encrypted in batches, since a call costs much more than a block.</summary>
internal sealed class PlatformAesCtr : AesCtr
{
    private const int MaxBatches = 16;

    private readonly System.Security.Cryptography.Aes _aes = System.Security.Cryptography.Aes.Create();
    private UInt128 _counter;

    public PlatformAesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _aes.SetKey(key);
        _counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
    }

    [SkipLocalsInit]
    private protected override void XorBatches(Span<byte> inPlace)
    {
        Span<byte> blocks = stackalloc byte[MaxBatches * BatchLength];
        while (!inPlace.IsEmpty)
        {
            Span<byte> part = blocks[..Math.Min(blocks.Length, inPlace.Length)];
            for (int i = 0; i < part.Length; i += 16)
            {
                BinaryPrimitives.WriteUInt128BigEndian(part[i..], _counter++);
            }

            _aes.EncryptEcb(part, part, PaddingMode.None);
            Xor(inPlace[..part.Length], part);
            inPlace = inPlace[part.Length..];
        }

        CryptographicOperations.ZeroMemory(blocks);
    }

    private protected override void Wipe() => _aes.Dispose();
}
