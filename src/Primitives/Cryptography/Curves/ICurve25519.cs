namespace Tunic.Primitives.Cryptography;

/// <summary>The operations on Curve25519 and edwards25519 that a native library may take over. Lengths are checked by the callers.</summary>
internal interface ICurve25519
{
    /// <summary>What the backend report calls this implementation.</summary>
    string Name { get; }

    void X25519PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey);

    /// <summary>The result is all zeros for a peer's key of small order.</summary>
    void X25519Agree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret);

    /// <summary>Encodes scalar times B.</summary>
    /// <param name="scalar">32 bytes below L; secret.</param>
    void MultiplyBase(ReadOnlySpan<byte> scalar, Span<byte> point);

    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);
}
