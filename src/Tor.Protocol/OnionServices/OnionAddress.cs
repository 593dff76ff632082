using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>The address of an onion service of version 3: its identity key, with a checksum (rend-spec-v3, "Encoding onion addresses").</summary>
/// <remarks>A small value with content equality: two ways to write one address are equal.</remarks>
public readonly struct OnionAddress : IEquatable<OnionAddress>
{
    /// <summary>Characters of an address without ".onion".</summary>
    public const int Length = 56;

    /// <summary>What every address ends with.</summary>
    public const string Suffix = ".onion";

    private const byte Version = 3;
    private const int ChecksumLength = 2;
    private const int DecodedLength = Ed25519Identity.Length + ChecksumLength + 1;

    /// <summary>The address of an identity key that is known to be good: our own, or one that was read from an address.</summary>
    public OnionAddress(Ed25519Identity identity) => Identity = identity;

    /// <summary>The service's identity key.</summary>
    public Ed25519Identity Identity { get; }

    private static ReadOnlySpan<byte> ChecksumPrefix => ".onion checksum"u8;

    /// <summary>Reads an address.</summary>
    /// <param name="text">In upper or lower case, with ".onion" or without; no subdomains.</param>
    /// <param name="address">The address; default when the result is another than <see cref="OnionAddressFault.None"/>.</param>
    public static OnionAddressFault Parse(ReadOnlySpan<char> text, out OnionAddress address)
    {
        address = default;
        if (text.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            text = text[..^Suffix.Length];
        }

        if (text.Length != Length)
        {
            return OnionAddressFault.WrongLength;
        }

        Span<byte> decoded = stackalloc byte[DecodedLength];
        if (!Base32Text.TryDecode(text, decoded))
        {
            return OnionAddressFault.WrongCharacter;
        }

        if (decoded[^1] != Version)
        {
            return OnionAddressFault.WrongVersion;
        }

        ReadOnlySpan<byte> key = decoded[..Ed25519Identity.Length];
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        GetChecksum(key, checksum);
        if (!checksum.SequenceEqual(decoded.Slice(Ed25519Identity.Length, ChecksumLength)))
        {
            return OnionAddressFault.WrongChecksum;
        }

        if (!Ed25519.IsTorsionFree(key))
        {
            return OnionAddressFault.WrongKey;
        }

        address = new OnionAddress(new Ed25519Identity(key));
        return OnionAddressFault.None;
    }

    /// <summary>As <see cref="Parse"/>, for those who do not ask for the reason.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out OnionAddress address) => Parse(text, out address) == OnionAddressFault.None;

    /// <summary>Reads the address in a host name, which may have subdomains before it and must end with ".onion".</summary>
    /// <param name="host">"www.(address).onion".</param>
    /// <param name="address">As in <see cref="Parse"/>.</param>
    public static OnionAddressFault ParseHost(ReadOnlySpan<char> host, out OnionAddress address)
    {
        address = default;
        if (!host.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
        {
            return OnionAddressFault.WrongLength;
        }

        ReadOnlySpan<char> label = host[..^Suffix.Length];
        return Parse(label[(label.LastIndexOf('.') + 1)..], out address);
    }

    /// <summary>The 56 characters in lower case, without ".onion".</summary>
    public string ToLabel()
    {
        Span<byte> decoded = stackalloc byte[DecodedLength];
        Identity.CopyTo(decoded);
        GetChecksum(decoded[..Ed25519Identity.Length], decoded.Slice(Ed25519Identity.Length, ChecksumLength));
        decoded[^1] = Version;
        return Base32Text.Encode(decoded);
    }

    /// <summary>The 56 characters in lower case and ".onion".</summary>
    public override string ToString() => ToLabel() + Suffix;

    /// <inheritdoc/>
    public bool Equals(OnionAddress other) => Identity == other.Identity;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is OnionAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Identity.GetHashCode();

    /// <summary>Content equality.</summary>
    public static bool operator ==(OnionAddress left, OnionAddress right) => left.Equals(right);

    /// <summary>Content inequality.</summary>
    public static bool operator !=(OnionAddress left, OnionAddress right) => !left.Equals(right);

    private static void GetChecksum(ReadOnlySpan<byte> key, Span<byte> checksum)
    {
        Span<byte> digest = stackalloc byte[Sha3.Hash256Length];
        Sha3.Hash256([.. ChecksumPrefix, .. key, Version], digest);
        digest[..ChecksumLength].CopyTo(checksum);
    }
}
