using System.Globalization;
using System.Text;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Cuts a torrc into options: comments, quotes with C escapes, continued lines, + and / before a name (stock's doc/torrc_format.txt).</summary>
internal sealed class TorrcLexer
{
    private readonly string _text;
    private readonly string _file;
    private int _position;
    private int _line = 1;

    private TorrcLexer(string text, string file)
    {
        _text = text;
        _file = file;
    }

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    private bool AtEnd => _position >= _text.Length;

    private bool AtContinuation => Current == '\\' && _position + 1 < _text.Length && _text[_position + 1] == '\n';

    /// <exception cref="TorrcException">A quoted value has a bad escape, no end, or something after it.</exception>
    internal static IReadOnlyList<TorrcLine> Read(string text, string file)
    {
        var lexer = new TorrcLexer(text, file);
        var lines = new List<TorrcLine>();
        while (lexer.TryReadLine(out TorrcLine? line))
        {
            lines.Add(line!);
        }

        return lines;
    }

    private static bool IsSpace(char character) => character is ' ' or (>= '\t' and <= '\r');

    private bool TryReadLine(out TorrcLine? line)
    {
        SkipToKey();
        if (AtEnd)
        {
            line = null;
            return false;
        }

        int number = _line;
        int start = _position;
        while (!AtEnd && !IsSpace(Current) && Current != '#' && !AtContinuation)
        {
            Advance();
        }

        string key = _text[start.._position];
        SkipBlanks();
        string value = Current == '"' ? ReadQuoted(number) : ReadPlain();
        line = key.FirstOrDefault() switch // empty when a line begins with a continuation: no option has that name
        {
            '+' => new TorrcLine(key[1..], value, TorrcCommand.Append, _file, number),
            '/' => new TorrcLine(key[1..], "", TorrcCommand.Clear, _file, number),
            _ => new TorrcLine(key, value, TorrcCommand.Replace, _file, number),
        };
        return true;
    }

    private void SkipToKey()
    {
        while (!AtEnd)
        {
            if (Current == '#')
            {
                SkipComment();
            }
            else if (IsSpace(Current))
            {
                Advance();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment()
    {
        while (!AtEnd && Current != '\n')
        {
            Advance();
        }
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            Advance();
        }
    }

    /// <summary>To the end of the line or a comment; after a continuation, comments stand on lines of their own and are left out.</summary>
    private string ReadPlain()
    {
        var value = new StringBuilder();
        bool continued = false;
        while (!AtEnd && Current != '\n' && (Current != '#' || continued))
        {
            if (AtContinuation)
            {
                continued = true;
                Advance();
                Advance();
            }
            else if (Current == '#')
            {
                SkipComment();
                Advance();
            }
            else
            {
                value.Append(Current);
                Advance();
            }
        }

        return value.ToString().TrimEnd(' ', '\t', '\r', '\n', '\v', '\f');
    }

    private string ReadQuoted(int number)
    {
        var value = new StringBuilder();
        Advance();
        while (Current != '"')
        {
            if (AtEnd || Current == '\n')
            {
                throw Fault("Invalid escape sequence in quoted string", number);
            }

            value.Append(Current == '\\' ? ReadEscape(number) : Current);
            Advance();
        }

        Advance();
        SkipBlanks();
        if (Current == '\r')
        {
            Advance();
        }

        return AtEnd || Current is '\n' or '#' ? value.ToString() : throw Fault("Excess data after quoted string", number);
    }

    /// <summary>Reads from the backslash up to the last character of the escape, which the caller steps over.</summary>
    private char ReadEscape(int number)
    {
        Advance();
        return DecodeEscape() switch
        {
            null => throw Fault("Invalid escape sequence in quoted string", number),
            '\0' => throw Fault("a NUL character in a quoted string", number), // no option can hold one: stock would cut the value there without a word
            { } character => character,
        };
    }

    private char? DecodeEscape()
    {
        switch (Current)
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case '"' or '\\' or '\'' or '?':
                return Current;
            case 'x' or 'X':
                if (_position + 2 < _text.Length
                    && byte.TryParse(_text.AsSpan(_position + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte code))
                {
                    _position += 2;
                    return (char)code;
                }

                return null;
            case >= '0' and <= '7':
                int octal = Current - '0';
                for (int digits = 1; digits < 3 && _position + 1 < _text.Length && _text[_position + 1] is >= '0' and <= '7'; digits++)
                {
                    _position++;
                    octal = (octal * 8) + (Current - '0');
                }

                return octal <= byte.MaxValue ? (char)octal : null;
            default:
                return null;
        }
    }

    private void Advance()
    {
        if (Current == '\n')
        {
            _line++;
        }

        _position++;
    }

    private TorrcException Fault(string what, int number) => new($"Error while parsing configuration: {what} ({_file}, line {number})");
}
