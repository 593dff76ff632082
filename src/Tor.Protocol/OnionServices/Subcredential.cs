using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>
/// What those who know a service's address share for one period: it goes into the keys of descriptors and introductions, so that directories
/// cannot read them (rend-spec-v3, "Deriving blinded keys and subcredentials").
/// </summary>
/// <param name="Value">32 bytes.</param>
public readonly record struct Subcredential(Digest256 Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = Digest256.Length;

    /// <summary>The subcredential of a service.</summary>
    /// <param name="identity">Its identity key.</param>
    /// <param name="blindedKey">Its key of the period.</param>
    public static Subcredential Create(Ed25519Identity identity, BlindedKey blindedKey)
    {
        Span<byte> digest = stackalloc byte[Length];
        Sha3.Hash256([.. "credential"u8, .. identity.ToArray()], digest);
        Sha3.Hash256([.. "subcredential"u8, .. digest, .. blindedKey.Key.ToArray()], digest);
        return new Subcredential(new Digest256(digest));
    }

    /// <summary>A new array with the bytes.</summary>
    public byte[] ToArray() => Value.ToArray();

    /// <summary>Nothing of it: it stands for an address, which no log may have.</summary>
    public override string ToString() => nameof(Subcredential);
}
