using System.Text;

namespace Tunic.Tor.Protocol.Control;

/// <summary>Text on a control connection: one character for each byte, so that whatever a controller sends can be sent back unchanged.</summary>
public static class ControlText
{
    /// <summary>The bytes of what was received, or is to be sent. Characters above U+00FF become question marks: see <see cref="FromUnicode"/>.</summary>
    public static byte[] ToBytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>One character for each byte.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Text of this program as a controller gets it: its UTF-8 bytes, a character each.</summary>
    public static string FromUnicode(string text) => IsAscii(text) ? text : FromBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>What a controller means by its bytes: they are UTF-8. Bytes that are not become U+FFFD.</summary>
    public static string ToUnicode(string text) => IsAscii(text) ? text : Encoding.UTF8.GetString(ToBytes(text));

    private static bool IsAscii(string text) => Ascii.IsValid(text);
}
