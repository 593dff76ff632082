using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>One request to a directory, with everything read that handlers need.</summary>
public sealed record DirectoryQuery
{
    private readonly string[] _headers;

    private DirectoryQuery(string[] headers, string path)
    {
        _headers = headers;
        Path = path;
    }

    /// <summary>True for POST, false for GET.</summary>
    public required bool IsPost { get; init; }

    /// <summary>Begins with "/tor/"; without a ".z" at the end of a GET.</summary>
    public string Path { get; }

    /// <summary>Encodings of the answer that the asker accepts; a ".z" at the end of the path counts as deflate.</summary>
    public DirectoryEncoding Accepted { get; init; }

    /// <summary>If-Modified-Since in UTC; null when absent or malformed.</summary>
    public DateTime? IfModifiedSince { get; init; }

    /// <summary>The body of a POST.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Who asks.</summary>
    public required DirectoryAsker Asker { get; init; }

    /// <summary>The encoding to use for what is encoded while it is sent.</summary>
    public DirectoryEncoding BestEncoding => DirectoryEncodings.Best(Accepted);

    /// <summary>Reads the head of a request as stock tor does: any HTTP/1 version, an absolute URL is taken for its path, a path outside /tor gets that prefix.</summary>
    /// <param name="head">All lines, parted by CR LF, without the blank one at the end.</param>
    /// <param name="body">What follows.</param>
    /// <param name="asker">Who asks.</param>
    /// <param name="query">The request.</param>
    /// <returns>False when the method is neither GET nor POST, or the first line is malformed.</returns>
    public static bool TryParse(string head, ReadOnlyMemory<byte> body, DirectoryAsker asker, [NotNullWhen(true)] out DirectoryQuery? query)
    {
        query = null;
        string[] lines = head.Split("\r\n");
        string[] words = lines[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || !IsVersion(words[2]) || !(IsMethod(words[0], "GET") || IsMethod(words[0], "POST")))
        {
            return false;
        }

        bool isPost = IsMethod(words[0], "POST");
        string path = NormalizePath(words[1]);
        bool hasSuffix = !isPost && path.Length > 2 && path.EndsWith(".z", StringComparison.Ordinal);
        var read = new DirectoryQuery(lines[1..], hasSuffix ? path[..^2] : path) { IsPost = isPost, Asker = asker, Body = body };
        DirectoryEncoding accepted = read.FindHeader("Accept-Encoding") is { } list ? DirectoryEncodings.ParseAccepted(list) : DirectoryEncoding.Identity;
        query = read with
        {
            Accepted = hasSuffix ? accepted | DirectoryEncoding.Deflate : accepted,
            IfModifiedSince = DateTime.TryParseExact(
                read.FindHeader("If-Modified-Since"),
                "R",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out DateTime since) ? since : null,
        };
        return true;
    }

    /// <summary>The value of the first header of this name; null when there is none.</summary>
    public string? FindHeader(string name)
    {
        foreach (string line in _headers)
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    private static bool IsMethod(string word, string method) => word.Equals(method, StringComparison.OrdinalIgnoreCase);

    private static bool IsVersion(string word) =>
        word.StartsWith("HTTP/1.", StringComparison.Ordinal)
        && int.TryParse(word.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string NormalizePath(string url)
    {
        int scheme = url.StartsWith("http://", StringComparison.Ordinal) ? 7 : url.StartsWith("https://", StringComparison.Ordinal) ? 8 : 0;
        int slash = scheme == 0 ? -1 : url.IndexOf('/', scheme);
        string path = slash < 0 ? url : url[slash..];
        return path.StartsWith("/tor/", StringComparison.Ordinal) ? path : path.StartsWith('/') ? $"/tor{path}" : $"/tor/{path}";
    }
}
