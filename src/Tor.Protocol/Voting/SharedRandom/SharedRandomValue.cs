using System.Globalization;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>A shared random value as votes and the state file carry it.</summary>
/// <param name="Reveals">How many reveals went into it.</param>
/// <param name="Value">The value.</param>
public sealed record SharedRandomValue(ulong Reveals, Digest256 Value)
{
    private const int EncodedLength = 44;

    /// <summary>"9 base64=": count and padded base64.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Reveals} {Convert.ToBase64String(Value.ToArray())}");

    /// <summary>Reads the two words; further words are ignored. Null when they are malformed.</summary>
    public static SharedRandomValue? Parse(IReadOnlyList<string> words)
    {
        Span<byte> value = stackalloc byte[Digest256.Length];
        return words.Count >= 2
            && ulong.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong reveals)
            && words[1].Length == EncodedLength
            && Base64Text.TryDecodeExactly(System.Text.Encoding.ASCII.GetBytes(words[1]), value)
            ? new SharedRandomValue(reveals, new Digest256(value))
            : null;
    }
}
