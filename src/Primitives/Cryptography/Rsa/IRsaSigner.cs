namespace Tunic.Primitives.Cryptography;

/// <summary>The private operation of one RSA key on a padded digest. Safe to call from several threads; dispose wipes the key.</summary>
internal interface IRsaSigner : IDisposable
{
    /// <summary>Pads the digest with block type 1 and signs it.</summary>
    /// <param name="signature">As long as the modulus.</param>
    void Sign(ReadOnlySpan<byte> rawDigest, Span<byte> signature);
}
