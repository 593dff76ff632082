using System.Text;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>"TYPE:BLOB", as controllers write keys (control-spec, "ADD_ONION", "ONION_CLIENT_AUTH_ADD").</summary>
/// <param name="Type">What kind of key, in any case.</param>
/// <param name="Blob">The key in base64, or a word.</param>
public readonly record struct KeyArgument(string Type, string Blob)
{
    /// <summary>Cuts it into its two parts.</summary>
    /// <returns>False when there are not two.</returns>
    public static bool TryParse(string text, out KeyArgument argument)
    {
        string[] parts = text.Split(':', StringSplitOptions.RemoveEmptyEntries);
        argument = parts.Length == 2 ? new KeyArgument(parts[0], parts[1]) : default;
        return parts.Length == 2;
    }

    /// <summary>Type and base64 with padding.</summary>
    public static string Format(string type, ReadOnlySpan<byte> key) => $"{type}:{Convert.ToBase64String(key)}";

    /// <summary>Whether it is of that type.</summary>
    public bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <summary>Decodes the base64, with padding or without.</summary>
    /// <param name="key">As long as the key must be.</param>
    /// <returns>False when it is no base64, or another length; the destination may hold some of it then.</returns>
    public bool TryDecode(Span<byte> key) => Base64Text.TryDecodeExactly(Encoding.Latin1.GetBytes(Blob), key);
}
