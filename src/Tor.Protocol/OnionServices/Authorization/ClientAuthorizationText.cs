using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.OnionServices.Authorization;

/// <summary>
/// How keys of client authorization are written: in a service's files <c>authorized_clients/NAME.auth</c> the public one, in a client's
/// <c>NAME.auth_private</c> the private one (rend-spec-v3, appendix G; hs_service.c, hs_client.c). White space around either is ignored.
/// </summary>
public static class ClientAuthorizationText
{
    private const string Kind = "descriptor:x25519:";

    /// <summary>"descriptor:x25519:" and 52 characters of base32.</summary>
    /// <param name="publicKey">32 bytes.</param>
    public static string FormatPublicKey(ReadOnlySpan<byte> publicKey) => Kind + FormatKey(publicKey);

    /// <summary>Reads what <see cref="FormatPublicKey"/> writes; base32 in either case.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="publicKey">32 bytes.</param>
    public static bool TryParsePublicKey(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? publicKey)
    {
        publicKey = null;
        ReadOnlySpan<char> line = text.Trim();
        if (!line.StartsWith(Kind, StringComparison.Ordinal))
        {
            return false;
        }

        return TryParseKey(line[Kind.Length..], out publicKey);
    }

    /// <summary>The address without ".onion", ":descriptor:x25519:" and 52 characters of base32.</summary>
    public static string FormatPrivateKey(OnionAddress address, ClientAuthorizationKey key) =>
        $"{address.ToLabel()}:{Kind}{FormatKey(key.PrivateKey)}";

    /// <summary>Reads what <see cref="FormatPrivateKey"/> writes; a private key of zeros is refused.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="address">Whose descriptors the key opens.</param>
    /// <param name="key">The key, for the caller to dispose.</param>
    public static bool TryParsePrivateKey(
        ReadOnlySpan<char> text, out OnionAddress address, [NotNullWhen(true)] out ClientAuthorizationKey? key)
    {
        key = null;
        address = default;
        ReadOnlySpan<char> line = text.Trim();
        int colon = line.IndexOf(':');
        if (colon < 0 || !OnionAddress.TryParse(line[..colon], out address)
            || !line[(colon + 1)..].StartsWith(Kind, StringComparison.Ordinal)
            || !TryParseKey(line[(colon + 1 + Kind.Length)..], out byte[]? privateKey))
        {
            return false;
        }

        if (privateKey.AsSpan().ContainsAnyExcept((byte)0))
        {
            key = new ClientAuthorizationKey(privateKey);
        }

        CryptographicOperations.ZeroMemory(privateKey);
        return key is not null;
    }

    /// <summary>A key alone, 52 characters of base32.</summary>
    /// <param name="key">32 bytes.</param>
    public static string FormatKey(ReadOnlySpan<byte> key) => Base32Text.Encode(key).ToUpperInvariant();

    /// <summary>Reads a key alone, 52 characters of base32: how ADD_ONION has the keys of clients.</summary>
    /// <param name="text">No white space.</param>
    /// <param name="key">32 bytes.</param>
    public static bool TryParseKey(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? key)
    {
        key = new byte[X25519.KeyLength];
        if (Base32Text.TryDecode(text, key))
        {
            return true;
        }

        key = null;
        return false;
    }
}
