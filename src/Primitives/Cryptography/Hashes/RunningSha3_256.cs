namespace Tunic.Primitives.Cryptography;

/// <summary>A SHA3-256 whose digest can be taken at any time and which then goes on. No allocation; not for several threads at once.</summary>
public sealed class RunningSha3_256 : IDisposable
{
    /// <summary>Length in bytes of a digest.</summary>
    public const int DigestLength = Sha3.Hash256Length;

    private Keccak _sponge;

    /// <summary>Adds bytes to what was hashed so far.</summary>
    public void Update(ReadOnlySpan<byte> bytes) => _sponge.Absorb(bytes);

    /// <summary>The digest of everything so far; the state stays as it is.</summary>
    /// <param name="digest">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public void GetDigest(Span<byte> digest)
    {
        KeyLengths.Require(digest, DigestLength, nameof(digest));
        Keccak copy = _sponge;
        copy.Pad(0x06);
        copy.Squeeze(digest);
        copy.Clear();
    }

    /// <summary>Takes over the state of another digest, which stays as it is.</summary>
    public void CopyFrom(RunningSha3_256 other) => _sponge = other._sponge;

    /// <summary>Wipes the state. The object then is as new.</summary>
    public void Dispose() => _sponge.Clear();
}
