using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>The header lines of one head, read without any of the leniences that let two programs see two different messages (RFC 9112, "Field Syntax").</summary>
internal sealed class HttpHeaders
{
    /// <summary>Headers that concern one connection, or tell of a proxy.</summary>
    private static readonly string[] NotForwarded =
    [
        "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Upgrade",
        "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
    ];

    /// <summary>A client that declares one of these hop-by-hop wants the next server to see another message than we do.</summary>
    private static readonly string[] NeverHopByHop = ["Host", "Content-Length", "Transfer-Encoding", "Trailer"];

    private static readonly SearchValues<char> TokenLetters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly List<HttpHeader> _lines = [];

    public IReadOnlyList<HttpHeader> Lines => _lines;

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenLetters);

    /// <summary>Reads lines separated by CR LF. False for a folded line, a blank before the colon, a control character and the like.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out HttpHeaders headers)
    {
        headers = new HttpHeaders();
        while (!text.IsEmpty)
        {
            int end = text.IndexOf("\r\n");
            ReadOnlySpan<char> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 2)..];
            int colon = line.IndexOf(':');
            if (colon < 0 || !IsToken(line[..colon]) || !IsValue(line[(colon + 1)..]))
            {
                return false;
            }

            headers._lines.Add(new HttpHeader(line[..colon].ToString(), line[(colon + 1)..].Trim(" \t").ToString()));
        }

        return true;
    }

    /// <summary>The value of a header that may stand there once. False when it is there twice.</summary>
    public bool TryGetSingle(string name, out string? value)
    {
        value = null;
        foreach (HttpHeader line in _lines)
        {
            if (!line.Is(name))
            {
                continue;
            }

            if (value is not null)
            {
                return false;
            }

            value = line.Value;
        }

        return true;
    }

    /// <summary>The words of a comma-separated header, over all its lines.</summary>
    public IEnumerable<string> Words(string name) => _lines
        .Where(line => line.Is(name))
        .SelectMany(line => line.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    public bool HasWord(string name, string word) => Words(name).Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>The client calls something hop-by-hop that is not.</summary>
    public bool HasForgedConnection => Words("Connection").Any(word => !IsToken(word) || NeverHopByHop.Contains(word, StringComparer.OrdinalIgnoreCase));

    /// <summary>Writes the lines that may go on to the other side, in their order.</summary>
    public void AppendForwarded(StringBuilder text)
    {
        HashSet<string> dropped = new(NotForwarded, StringComparer.OrdinalIgnoreCase);
        dropped.UnionWith(Words("Connection"));
        foreach (HttpHeader line in _lines)
        {
            bool isOurs = line.Name.StartsWith("Tor-", StringComparison.OrdinalIgnoreCase)
                || line.Name.StartsWith("X-Tor-", StringComparison.OrdinalIgnoreCase);
            if (!isOurs && !dropped.Contains(line.Name))
            {
                text.Append(line.Name).Append(": ").Append(line.Value).Append("\r\n");
            }
        }
    }

    /// <summary>Reads <c>Content-Length</c>: null without one. False when it is there twice, or is not one plain number.</summary>
    public bool TryGetContentLength(out long? length)
    {
        length = null;
        if (!TryGetSingle("Content-Length", out string? text))
        {
            return false;
        }

        if (text is null)
        {
            return true;
        }

        if (text.Length > 18 || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        length = number;
        return true;
    }

    private static bool IsValue(ReadOnlySpan<char> value)
    {
        foreach (char letter in value)
        {
            if (letter is (< ' ' and not '\t') or '\x7F')
            {
                return false;
            }
        }

        return true;
    }
}
