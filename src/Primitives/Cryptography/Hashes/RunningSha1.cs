namespace Tunic.Primitives.Cryptography;

/// <summary>A SHA-1 whose digest can be taken at any time and which then goes on: the digest of a tor1 relay cell (tor-spec, "Relay cells").</summary>
/// <remarks>No allocation after the constructor. Not for several threads at once.</remarks>
public sealed class RunningSha1 : IDisposable
{
    /// <summary>Length in bytes of a digest.</summary>
    public const int DigestLength = 20;

    private readonly bool _native;
    private Sha1State _state = Sha1State.Initial;

    /// <summary>Starts the digest of an empty input.</summary>
    public RunningSha1()
        : this(CryptographyBackend.UsesNativeSha1)
    {
    }

    internal RunningSha1(bool native) => _native = native;

    /// <summary>Adds bytes to what was hashed so far.</summary>
    public void Update(ReadOnlySpan<byte> bytes)
    {
        if (_native)
        {
            LibCryptoSha1.Update(ref _state, bytes);
            return;
        }

        ManagedSha1.Update(ref _state, bytes);
    }

    /// <summary>The digest of everything so far; the state stays as it is.</summary>
    /// <param name="digest">Receives 20 bytes.</param>
    /// <exception cref="ArgumentException">The span is not 20 bytes long.</exception>
    public void GetDigest(Span<byte> digest)
    {
        KeyLengths.Require(digest, DigestLength, nameof(digest));
        Sha1State copy = _state;
        if (_native)
        {
            LibCryptoSha1.Finish(ref copy, digest);
            return;
        }

        ManagedSha1.Finish(ref copy, digest);
    }

    /// <summary>Takes over the state of another digest, which stays as it is: how to go back after a trial.</summary>
    public void CopyFrom(RunningSha1 other) => _state = other._state;

    /// <summary>Wipes the state. The object then is as new.</summary>
    public void Dispose()
    {
        _state = default;
        _state = Sha1State.Initial;
    }
}
