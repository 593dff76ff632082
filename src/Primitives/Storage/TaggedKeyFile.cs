using System.Text;

namespace Tunic.Primitives.Storage;

/// <summary>
/// Stock tor's format of binary key files (crypto_format.c): a head of 32 bytes, "== TYPE: TAG ==" filled up with zeros, and then the
/// content.
/// </summary>
public static class TaggedKeyFile
{
    /// <summary>Bytes before the content.</summary>
    public const int HeadLength = 32;

    /// <summary>The whole file.</summary>
    public static byte[] Encode(string type, string tag, ReadOnlySpan<byte> content)
    {
        var file = new byte[HeadLength + content.Length];
        Encoding.ASCII.GetBytes($"== {type}: {tag} ==", file.AsSpan(0, HeadLength));
        content.CopyTo(file.AsSpan(HeadLength));
        return file;
    }

    /// <summary>Finds the content. False when the head is another one, whatever follows it.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> file, string type, string tag, out ReadOnlyMemory<byte> content)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        Encoding.ASCII.GetBytes($"== {type}: {tag} ==", head);
        bool fits = file.Span.StartsWith(head);
        content = fits ? file[HeadLength..] : default;
        return fits;
    }
}
