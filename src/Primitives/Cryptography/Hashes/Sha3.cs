namespace Tunic.Primitives.Cryptography;

/// <summary>SHA3-256 (FIPS 202, section 6.1) of a whole message. For a digest that goes on, see <see cref="RunningSha3_256"/>.</summary>
public static class Sha3
{
    /// <summary>Length in bytes of a SHA3-256 digest.</summary>
    public const int Hash256Length = 32;

    /// <summary>Hashes a message of any length.</summary>
    /// <param name="message">What is hashed.</param>
    /// <param name="hash">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">The span for the hash is not 32 bytes long.</exception>
    public static void Hash256(ReadOnlySpan<byte> message, Span<byte> hash)
    {
        KeyLengths.Require(hash, Hash256Length, nameof(hash));
        var sponge = default(Keccak);
        sponge.Absorb(message);
        sponge.Pad(0x06);
        sponge.Squeeze(hash);
        sponge.Clear();
    }
}
