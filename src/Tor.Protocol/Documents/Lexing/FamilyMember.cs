namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>A word of a <c>family</c> line: a nickname, or an RSA fingerprint (nodefamily.c and nickname.c give the rules).</summary>
internal static class FamilyMember
{
    private const int FingerprintLength = 40;

    /// <summary>A nickname, "$" and a fingerprint, or that and "=nickname" or "~nickname".</summary>
    public static bool IsLegal(ReadOnlySpan<byte> word) => word.StartsWith("$"u8) ? IsFingerprint(word) : FieldText.IsNickname(word);

    /// <summary>A fingerprint in hexadecimal, perhaps with "$" before and a nickname after it.</summary>
    public static bool IsFingerprint(ReadOnlySpan<byte> word)
    {
        ReadOnlySpan<byte> hex = word.StartsWith("$"u8) ? word[1..] : word;
        Span<byte> bytes = stackalloc byte[FingerprintLength / 2];
        if (hex.Length < FingerprintLength || !FieldText.TryParseHex(hex[..FingerprintLength], bytes))
        {
            return false;
        }

        return hex.Length == FingerprintLength
            || (hex[FingerprintLength] is (byte)'=' or (byte)'~' && FieldText.IsNickname(hex[(FingerprintLength + 1)..]));
    }

    /// <summary>The family as stock tor writes it into a microdescriptor: fingerprints "$UPPER", nicknames in lower case, the relay
    /// itself added, each once, ascending; words it does not understand are kept.</summary>
    public static IEnumerable<string> Canonicalize(IEnumerable<string> words, string ownFingerprint)
    {
        var members = new HashSet<string>(StringComparer.Ordinal) { $"${ownFingerprint}" };
        var others = new List<string>();
        foreach (string word in words)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(word);
            if (FieldText.IsNickname(bytes))
            {
                members.Add(word.ToLowerInvariant());
            }
            else if (IsFingerprint(bytes))
            {
                members.Add($"${word.TrimStart('$')[..FingerprintLength].ToUpperInvariant()}");
            }
            else
            {
                others.Add(word);
            }
        }

        return members.Concat(others).Order(StringComparer.Ordinal);
    }
}
