using System.Text;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>One item of a document: a keyword line, and the object that follows it if any. Aliases the document's bytes.</summary>
internal readonly struct DocumentItem
{
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>The rule of the keyword; null when the format does not know the keyword.</summary>
    public required ItemRule? Rule { get; init; }

    /// <summary>Offset of the keyword in the document.</summary>
    public required int Start { get; init; }

    /// <summary>Offset of the first byte after the keyword and its spaces.</summary>
    public required int ArgumentsStart { get; init; }

    /// <summary>Offset of the line's LF, or the end of the document.</summary>
    public required int LineEnd { get; init; }

    /// <summary>Offset and length of the object's name; length 0 when there is no object.</summary>
    public (int Start, int Length) Label { get; init; }

    /// <summary>Offset and length of the object's base64 text.</summary>
    public (int Start, int Length) Body { get; init; }

    /// <summary>Offset after the item's last LF.</summary>
    public required int End { get; init; }

    public bool HasObject => Label.Length != 0;

    /// <summary>The words after the keyword.</summary>
    public ArgumentReader Arguments => new(RestOfLine);

    /// <summary>Everything after the keyword and its spaces, to the end of the line.</summary>
    public ReadOnlySpan<byte> RestOfLine => Document.Span[ArgumentsStart..LineEnd];

    /// <summary>The rest of the line as text; bytes that are not UTF-8 become U+FFFD.</summary>
    public string RestAsText() => Encoding.UTF8.GetString(RestOfLine);

    public bool HasLabel(ReadOnlySpan<byte> label) => Document.Span.Slice(Label.Start, Label.Length).SequenceEqual(label);

    /// <summary>The object's bytes. The lexer has checked that the text decodes.</summary>
    public byte[] DecodeObject()
    {
        ReadOnlySpan<byte> text = Document.Span.Slice(Body.Start, Body.Length);
        return Base64Text.TryDecode(text, out byte[] bytes) ? bytes : [];
    }

    /// <summary>The object as an RSA key; null when it is none.</summary>
    public RsaPublicKey? DecodeRsaKey() =>
        HasLabel("RSA PUBLIC KEY"u8) && RsaPublicKey.TryParse(DecodeObject(), out RsaPublicKey? key) ? key : null;

    /// <summary>The word with this number, from 0; empty when there are fewer.</summary>
    public ReadOnlySpan<byte> Argument(int index)
    {
        ArgumentReader words = Arguments;
        for (int skipped = 0; skipped < index; skipped++)
        {
            words.Next();
        }

        return words.Next();
    }

    public string ArgumentAsText(int index) => Encoding.UTF8.GetString(Argument(index));
}
