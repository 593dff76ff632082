using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Tunic.Primitives.Cryptography;

/// <summary>AES-CTR in C# without tables.</summary>
internal sealed class BitslicedAesCtr : AesCtr
{
    private readonly BitslicedAes _aes = new();
    private UInt128 _counter;

    public BitslicedAesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        _aes.SetKey(key);
        _counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
    }

    private protected override void XorBatches(Span<byte> inPlace) => XorBatches(_aes, ref _counter, inPlace);

    private protected override void Wipe() => _aes.Wipe();

    /// <summary>Adds key stream to whole batches and advances the counter.</summary>
    [SkipLocalsInit]
    internal static void XorBatches(BitslicedAes aes, ref UInt128 counter, Span<byte> inPlace)
    {
        Span<byte> blocks = stackalloc byte[BatchLength];
        for (; !inPlace.IsEmpty; inPlace = inPlace[BatchLength..])
        {
            for (int i = 0; i < BatchLength; i += 16)
            {
                BinaryPrimitives.WriteUInt128BigEndian(blocks[i..], counter++);
            }

            aes.EncryptBatch(blocks);
            Xor(inPlace[..BatchLength], blocks);
        }

        CryptographicOperations.ZeroMemory(blocks);
    }
}
