using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>The PRF, the right half of UIV+: AES-CTR that starts where POLYVAL of a seed says (proposal 359, "PRF").</summary>
internal sealed class CgoKeyStream : IDisposable
{
    /// <summary>Bytes of K, the AES key, and B, the POLYVAL key.</summary>
    public const int KeyLength = AesKeyLength + Polyval.KeyLength;

    private const int AesKeyLength = 16;

    /// <summary>
    /// Six bits of the last counter byte are cleared: the stream over a cell takes blocks 0 to 30, the one for new keys 31
    /// to 35, and no counter ever carries.
    /// </summary>
    private const byte SeedMask = 0xC0;

    private const byte DerivationBlock = 31;

    private readonly AesBlockCipher _cipher;
    private readonly Polyval _hash;

    public CgoKeyStream(ReadOnlySpan<byte> keys)
    {
        _cipher = new AesBlockCipher(keys[..AesKeyLength]);
        _hash = new Polyval(keys[AesKeyLength..]);
    }

    /// <summary>t = 0: adds the stream of a seed to the right part of a cell, 493 bytes.</summary>
    public void Apply(ReadOnlySpan<byte> seed, Span<byte> right) => AddStream(seed, firstBlock: 0, right);

    /// <summary>t = 1: fills <paramref name="output"/>, at most 528 bytes, with the stream of a seed.</summary>
    public void Derive(ReadOnlySpan<byte> seed, Span<byte> output)
    {
        output.Clear();
        AddStream(seed, DerivationBlock, output);
    }

    /// <summary>Replaces both keys.</summary>
    public void SetKey(ReadOnlySpan<byte> keys)
    {
        _cipher.Rekey(keys[..AesKeyLength]);
        _hash.Rekey(keys[AesKeyLength..]);
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _hash.Dispose();
    }

    private void AddStream(ReadOnlySpan<byte> seed, byte firstBlock, Span<byte> inPlace)
    {
        Span<byte> counterBlock = stackalloc byte[AesBlockCipher.BlockLength];
        _hash.Reset();
        _hash.Update(seed);
        _hash.Finish(counterBlock);
        counterBlock[^1] = (byte)((counterBlock[^1] & SeedMask) | firstBlock);
        _cipher.Ctr(counterBlock, inPlace);
    }
}
