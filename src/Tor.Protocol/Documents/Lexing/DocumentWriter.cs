using System.Text;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Builds a document line by line.</summary>
internal sealed class DocumentWriter
{
    private const int Base64Columns = 64;

    private readonly StringBuilder _text = new();

    /// <summary>The text so far, in UTF-8.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>Appends text as it is.</summary>
    public DocumentWriter Append(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Appends a line and its line feed.</summary>
    /// <remarks>A carriage return is a letter like any other, as it is to the lexer: what others put into a vote must not stop ours.</remarks>
    /// <exception cref="ArgumentException">The line has a line feed or NUL in it: it would become more than one item.</exception>
    public DocumentWriter Line(string line)
    {
        if (line.AsSpan().ContainsAny('\n', '\0'))
        {
            throw new ArgumentException("a line of a document cannot hold a line feed or NUL", nameof(line));
        }

        _text.Append(line).Append('\n');
        return this;
    }

    /// <summary>Appends the line unless the value is null.</summary>
    public DocumentWriter OptionalLine(string keyword, string? value) => value is null ? this : Line($"{keyword} {value}");

    /// <summary>Appends the bytes in base64 of 64 columns between BEGIN and END lines.</summary>
    public DocumentWriter Object(string label, ReadOnlySpan<byte> bytes)
    {
        string base64 = Convert.ToBase64String(bytes);
        _text.Append("-----BEGIN ").Append(label).Append("-----\n");
        for (int column = 0; column < base64.Length; column += Base64Columns)
        {
            _text.Append(base64.AsSpan(column, Math.Min(Base64Columns, base64.Length - column))).Append('\n');
        }

        _text.Append("-----END ").Append(label).Append("-----\n");
        return this;
    }
}
