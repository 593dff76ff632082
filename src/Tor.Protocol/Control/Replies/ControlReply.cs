using System.Globalization;
using System.Text;

namespace Tunic.Tor.Protocol.Control.Replies;

/// <summary>An answer to a command: one line or more, each with its status code (control-spec, "Replies").</summary>
public sealed class ControlReply
{
    private readonly List<(int Code, string Text, string? Data)> _lines = [];

    /// <summary>250 OK.</summary>
    public static ControlReply Done => Of(250, "OK");

    /// <summary>Lines so far.</summary>
    public int Count => _lines.Count;

    /// <summary>Code of the last line; 0 when there is none.</summary>
    public int Code => _lines.Count == 0 ? 0 : _lines[^1].Code;

    /// <summary>An answer of one line.</summary>
    public static ControlReply Of(int code, string text) => new ControlReply().Add(code, text);

    /// <summary>Adds a line. Line ends inside would forge answers, so they become blanks: use <see cref="AddValue"/> for text of several lines.</summary>
    public ControlReply Add(int code, string text)
    {
        _lines.Add((code, OneLine(text), null));
        return this;
    }

    /// <summary>Adds KEY=VALUE, as lines of data when the value has several lines.</summary>
    public ControlReply AddValue(int code, string key, string value)
    {
        bool isData = value.AsSpan().ContainsAny('\r', '\n');
        _lines.Add((code, $"{OneLine(key)}={(isData ? "" : value)}", isData ? value : null));
        return this;
    }

    /// <summary>Adds all lines of another answer.</summary>
    public ControlReply Add(ControlReply other)
    {
        _lines.AddRange(other._lines);
        return this;
    }

    /// <summary>The bytes to send.</summary>
    public byte[] Encode() => ControlText.ToBytes(ToString());

    /// <summary>The text to send.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _lines.Count; i++)
        {
            (int code, string line, string? data) = _lines[i];
            char mark = data is not null ? '+' : i == _lines.Count - 1 ? ' ' : '-';
            text.Append(CultureInfo.InvariantCulture, $"{code:000}{mark}{line}\r\n").Append(data is null ? "" : ControlData.Encode(data));
        }

        return text.ToString();
    }

    private static string OneLine(string text) =>
        text.AsSpan().ContainsAny('\r', '\n') ? text.Replace('\r', ' ').Replace('\n', ' ') : text;
}
