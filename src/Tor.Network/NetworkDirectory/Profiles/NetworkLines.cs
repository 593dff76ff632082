using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Network.NetworkDirectory.Profiles;

/// <summary>How our own files write an authority and a fallback directory: one line each.</summary>
internal static class NetworkLines
{
    internal const string Authority = "authority";
    internal const string Fallback = "fallback";

    internal static string Format(DirectoryAuthority authority) =>
        $"{Authority} {authority.Nickname} {authority.V3Identity} {authority.RelayIdentity} {authority.OnionRouterAddress} {authority.DirectoryAddress}";

    internal static string Format(FallbackDirectory fallback) =>
        $"{Fallback} {fallback.RelayIdentity} {string.Join(' ', fallback.Addresses)}";

    /// <param name="words">The line's words, the keyword first.</param>
    /// <param name="authority">The result.</param>
    internal static bool TryRead(ReadOnlySpan<string> words, [NotNullWhen(true)] out DirectoryAuthority? authority)
    {
        authority = null;
        if (words.Length != 6
            || !IsNickname(words[1])
            || !RsaIdentity.TryParseHex(words[2], out RsaIdentity v3Identity)
            || !RsaIdentity.TryParseHex(words[3], out RsaIdentity relayIdentity)
            || !TryReadAddress(words[4], out IPEndPoint? onionRouter)
            || !TryReadAddress(words[5], out IPEndPoint? directory))
        {
            return false;
        }

        authority = new DirectoryAuthority(words[1], v3Identity, relayIdentity, onionRouter, directory);
        return true;
    }

    /// <param name="words">The line's words, the keyword first.</param>
    /// <param name="fallback">The result.</param>
    internal static bool TryRead(ReadOnlySpan<string> words, [NotNullWhen(true)] out FallbackDirectory? fallback)
    {
        fallback = null;
        if (words.Length is not (3 or 4) || !RsaIdentity.TryParseHex(words[1], out RsaIdentity identity))
        {
            return false;
        }

        var addresses = new List<IPEndPoint>();
        foreach (string word in words[2..])
        {
            if (!TryReadAddress(word, out IPEndPoint? address))
            {
                return false;
            }

            addresses.Add(address);
        }

        fallback = new FallbackDirectory(identity, addresses);
        return true;
    }

    private static bool IsNickname(string word) => word.Length is > 0 and <= 19 && word.All(char.IsAsciiLetterOrDigit);

    /// <summary>"1.2.3.4:443" or "[2001:db8::1]:443"; the port is not left out.</summary>
    private static bool TryReadAddress(string word, [NotNullWhen(true)] out IPEndPoint? address) =>
        IPEndPoint.TryParse(word, out address) && address.Port != 0 && address.ToString() == word;
}
