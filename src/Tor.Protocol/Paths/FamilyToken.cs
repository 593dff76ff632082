using System.Collections.Frozen;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Brings the words of a <c>family</c> line into one form, so that they can be compared as text (dir-spec, "family").</summary>
internal static class FamilyToken
{
    private const int HexLength = 2 * RsaIdentity.Length;
    private const int MaxNicknameLength = 19;

    public static string ForIdentity(RsaIdentity identity) => "$" + identity;

    public static string ForNickname(string nickname) => nickname.ToLowerInvariant();

    /// <summary>Words that are neither a nickname nor a fingerprint are dropped: they name nobody.</summary>
    public static FrozenSet<string> Canonicalize(IReadOnlyList<string> words)
    {
        var canonical = new HashSet<string>(StringComparer.Ordinal);
        foreach (string word in words)
        {
            if (IsNickname(word))
            {
                canonical.Add(ForNickname(word));
            }
            else if (TryParseFingerprint(word, out RsaIdentity identity))
            {
                canonical.Add(ForIdentity(identity));
            }
        }

        return canonical.ToFrozenSet(StringComparer.Ordinal);
    }

    public static bool IsNickname(ReadOnlySpan<char> word)
    {
        foreach (char letter in word)
        {
            if (!char.IsAsciiLetterOrDigit(letter))
            {
                return false;
            }
        }

        return word.Length is >= 1 and <= MaxNicknameLength;
    }

    /// <summary>Reads "HEX", "$HEX", and either followed by "=name" or "~name".</summary>
    public static bool TryParseFingerprint(ReadOnlySpan<char> word, out RsaIdentity identity)
    {
        if (word.StartsWith('$'))
        {
            word = word[1..];
        }

        identity = default;
        if (word.Length < HexLength || !RsaIdentity.TryParseHex(word[..HexLength], out identity))
        {
            return false;
        }

        ReadOnlySpan<char> rest = word[HexLength..];
        return rest.IsEmpty || (rest[0] is '=' or '~' && IsNickname(rest[1..]));
    }
}
