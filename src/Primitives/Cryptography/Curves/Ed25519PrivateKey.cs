using System.Security.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;

namespace Tunic.Primitives.Cryptography;

/// <summary>An Ed25519 key pair. Safe to use from several threads; dispose, when nobody signs any more, wipes the secret.</summary>
public sealed class Ed25519PrivateKey : IDisposable
{
    private readonly byte[] _expanded = GC.AllocateArray<byte>(Ed25519.ExpandedKeyLength, pinned: true);
    private readonly byte[]? _seed;
    private readonly byte[] _publicKey = new byte[Ed25519.PublicKeyLength];
    private volatile bool _disposed;

    private Ed25519PrivateKey(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> expanded)
    {
        if (!seed.IsEmpty)
        {
            _seed = GC.AllocateArray<byte>(Ed25519.SeedLength, pinned: true);
            seed.CopyTo(_seed);
            Ed25519.ExpandSeed(seed, _expanded);
        }
        else
        {
            expanded.CopyTo(_expanded);
        }

        Ed25519.GetPublicKey(_expanded, _publicKey);
        PublicKey = new Ed25519Identity(_publicKey);
    }

    /// <summary>The public half; stays readable after dispose.</summary>
    public Ed25519Identity PublicKey { get; }

    /// <summary>Makes a new key from a random seed.</summary>
    public static Ed25519PrivateKey Generate(RandomSource random)
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        random.Fill(seed);
        Ed25519PrivateKey key = FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>The key of a seed of 32 bytes, which is copied.</summary>
    /// <exception cref="ArgumentException">The span is not 32 bytes long.</exception>
    public static Ed25519PrivateKey FromSeed(ReadOnlySpan<byte> seed)
    {
        KeyLengths.Require(seed, Ed25519.SeedLength, nameof(seed));
        return new Ed25519PrivateKey(seed, default);
    }

    /// <summary>The key of an expanded key of 64 bytes, which is copied: what tor's secret key files hold, and what blinding makes.</summary>
    /// <exception cref="ArgumentException">The span is not 64 bytes long.</exception>
    public static Ed25519PrivateKey FromExpanded(ReadOnlySpan<byte> expanded)
    {
        KeyLengths.Require(expanded, Ed25519.ExpandedKeyLength, nameof(expanded));
        return new Ed25519PrivateKey(default, expanded);
    }

    /// <summary>Signs a message into 64 bytes (RFC 8032, section 5.1.6).</summary>
    /// <exception cref="ArgumentException">The signature span is not 64 bytes long.</exception>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Ed25519.Sign(_expanded, _publicKey, message, signature);
    }

    /// <summary>A copy of the 64 bytes of the expanded key; secret, the caller wipes it.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[] ExportExpanded()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _expanded];
    }

    /// <summary>A copy of the 32 bytes of the seed, secret; null when the key was made from an expanded key.</summary>
    /// <exception cref="ObjectDisposedException">The key was wiped.</exception>
    public byte[]? ExportSeed()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _seed is null ? null : [.. _seed];
    }

    /// <summary>Wipes the secret. May be called again.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_expanded);
        CryptographicOperations.ZeroMemory(_seed);
    }
}
