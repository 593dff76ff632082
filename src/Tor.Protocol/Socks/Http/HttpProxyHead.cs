using System.Net;
using System.Text;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>Reads the head of a request to an HTTP proxy: CONNECT, and absolute form ("GET http://host/path").</summary>
/// <remarks>
/// Pure and without state: call <see cref="Read"/> with all input again when more arrived. Strict on purpose: whatever two programs could
/// understand differently (folded lines, bare line feeds, two lengths, a foreign Host) is refused.
/// </remarks>
public static class HttpProxyHead
{
    private const int MaxMethodLength = 32;
    private const int MaxEmptyLines = 2;
    private const string Scheme = "http://";

    /// <summary>Reads one head.</summary>
    /// <param name="input">Everything that arrived and was not consumed yet.</param>
    /// <param name="options">Limits.</param>
    public static HttpProxyAction Read(ReadOnlySpan<byte> input, HttpProxyOptions options)
    {
        int start = 0;
        while (start < 2 * MaxEmptyLines && input[start..].StartsWith("\r\n"u8))
        {
            start += 2; // some clients send an empty line after a body
        }

        ReadOnlySpan<byte> rest = input[start..];
        if (rest.IsEmpty || rest is [(byte)'\r'])
        {
            return new HttpProxyAction(HttpProxyOutcome.NeedMore);
        }

        if (!HttpHeaders.IsToken([(char)rest[0]]))
        {
            return new HttpProxyAction(HttpProxyOutcome.Close, input.Length, Error: "not HTTP");
        }

        if (FindEnd(rest, options, out HttpProxyAction early) is not { } length)
        {
            return early;
        }

        string head = Encoding.Latin1.GetString(rest[..length]);
        int lineEnd = head.IndexOf("\r\n", StringComparison.Ordinal);
        if (!HttpHeaders.TryParse(head.AsSpan(lineEnd + 2), out HttpHeaders headers))
        {
            return Refuse(400, "Bad Request", "A header line is malformed.");
        }

        if (headers.Lines.Count > options.MaxHeaders)
        {
            return Refuse(431, "Request Header Fields Too Large", "There are too many header lines.");
        }

        return ReadRequest(head[..lineEnd], headers, start + length + 2, options);
    }

    /// <summary>Length of the head up to and with the CR LF of its last line; the empty line is two bytes more. Null when it is not complete or not acceptable.</summary>
    private static int? FindEnd(ReadOnlySpan<byte> input, HttpProxyOptions options, out HttpProxyAction early)
    {
        int end = input.IndexOf("\r\n\r\n"u8);
        ReadOnlySpan<byte> head = end < 0 ? input : input[..(end + 2)];
        int lineEnd = head.IndexOf("\r\n"u8);
        if ((lineEnd < 0 ? head.Length : lineEnd) > options.MaxRequestLineLength)
        {
            early = Refuse(414, "URI Too Long", "The address is too long.");
            return null;
        }

        if (head.Length + 2 > options.MaxHeadLength)
        {
            early = Refuse(431, "Request Header Fields Too Large", "The headers are too long.");
            return null;
        }

        if (HasBareLineFeed(head))
        {
            early = Refuse(400, "Bad Request", "A line does not end with CR LF.");
            return null;
        }

        early = new HttpProxyAction(HttpProxyOutcome.NeedMore);
        return end < 0 ? null : end + 2;
    }

    private static bool HasBareLineFeed(ReadOnlySpan<byte> head)
    {
        for (int i = 0; i < head.Length; i++)
        {
            if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r'))
            {
                return true;
            }
        }

        return false;
    }

    private static HttpProxyAction ReadRequest(string line, HttpHeaders headers, int consumed, HttpProxyOptions options)
    {
        string[] words = line.Split(' ');
        if (words.Length != 3 || !HttpHeaders.IsToken(words[0]) || words[0].Length > MaxMethodLength || !IsVisible(words[1]))
        {
            return Refuse(400, "Bad Request", "The request line is malformed.");
        }

        if (words[2] is not ("HTTP/1.1" or "HTTP/1.0"))
        {
            return Refuse(505, "HTTP Version Not Supported", "This proxy speaks HTTP/1.1 and HTTP/1.0.");
        }

        if (!headers.TryGetSingle("Host", out string? host) || headers.HasForgedConnection)
        {
            return Refuse(400, "Bad Request", "The headers contradict each other.");
        }

        bool isConnect = words[0].Equals("CONNECT", StringComparison.OrdinalIgnoreCase);
        bool isAbsolute = words[1].StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        if (!isConnect && (options.ConnectOnly || !isAbsolute))
        {
            return AnswerAsServer(words[0], words[1], host, options);
        }

        HttpProxyAction action = isConnect ? ReadConnect(words[1], headers, consumed) : ReadAbsolute(words, host, headers, consumed);
        return action.Request is { } request ? AddPreferences(action, request, headers) : action;
    }

    /// <summary>
    /// The request is not for a proxy. A name other than localhost in Host means that a web page had its name point to this machine: it must
    /// not learn that there is a proxy, so it gets no answer.
    /// </summary>
    private static HttpProxyAction AnswerAsServer(string method, string target, string? host, HttpProxyOptions options)
    {
        if (!IsLocalHost(host))
        {
            return new HttpProxyAction(HttpProxyOutcome.Close, Error: "a request for a web server, with a foreign Host");
        }

        if (method.Equals("OPTIONS", StringComparison.OrdinalIgnoreCase))
        {
            return new HttpProxyAction(HttpProxyOutcome.Reply, Reply: HttpProxyReply.Options(options.ConnectOnly));
        }

        if (options.ConnectOnly)
        {
            return Refuse(405, "Method Not Allowed", "This port takes CONNECT only: it is a tunnel, not an HTTP proxy.");
        }

        return target.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            ? Refuse(400, "Bad Request", "Use CONNECT for https.")
            : Refuse(400, "Bad Request", "This port is an HTTP proxy, not a web server: enter it in the proxy settings of your program.");
    }

    private static HttpProxyAction ReadConnect(string authority, HttpHeaders headers, int consumed)
    {
        if (!TargetAddress.TryParseAuthority(authority, null, out TargetAddress? target))
        {
            return Refuse(400, "Bad Request", "CONNECT needs host:port, with a well-formed host name.");
        }

        if (!headers.TryGetContentLength(out long? length) || length > 0 || headers.Words("Transfer-Encoding").Any())
        {
            return Refuse(400, "Bad Request", "CONNECT cannot have a body.");
        }

        var request = new HttpProxyRequest { Method = "CONNECT", Target = target, IsConnect = true };
        return new HttpProxyAction(HttpProxyOutcome.Request, consumed, request);
    }

    private static HttpProxyAction ReadAbsolute(string[] words, string? host, HttpHeaders headers, int consumed)
    {
        string address = words[1][Scheme.Length..];
        int pathStart = address.AsSpan().IndexOfAny('/', '?');
        string authority = pathStart < 0 ? address : address[..pathStart];
        string path = pathStart < 0 ? "" : address[pathStart..];
        if (address.Contains('#', StringComparison.Ordinal) || !TargetAddress.TryParseAuthority(authority, 80, out TargetAddress? target))
        {
            return Refuse(400, "Bad Request", "The address is malformed.");
        }

        bool isOld = words[2] == "HTTP/1.0";
        if (host is null ? !isOld : !TargetAddress.TryParseAuthority(host, 80, out TargetAddress? named) || named != target)
        {
            return Refuse(400, "Bad Request", "The Host header does not name the host of the address.");
        }

        if (!TryGetBody(headers, isOld, out HttpBodyFraming body, out HttpProxyAction refusal))
        {
            return refusal;
        }

        bool keepsAlive = !isOld && !headers.HasWord("Connection", "close") && !headers.HasWord("Proxy-Connection", "close");
        string[] protocols = [.. headers.Words("Upgrade")];
        bool offersUpgrade = keepsAlive && protocols.Length > 0 && body.Kind == HttpBodyKind.None && headers.HasWord("Connection", "Upgrade");
        var request = new HttpProxyRequest
        {
            Method = words[0],
            Target = target,
            OriginHead = BuildOriginHead(words, path, host is null ? target : null, headers, ConnectionLines(keepsAlive, offersUpgrade ? protocols : [])),
            Body = body,
            KeepsAlive = keepsAlive,
            OffersUpgrade = offersUpgrade,
        };
        return new HttpProxyAction(HttpProxyOutcome.Request, consumed, request);
    }

    private static bool TryGetBody(HttpHeaders headers, bool isOld, out HttpBodyFraming body, out HttpProxyAction refusal)
    {
        body = default;
        refusal = Refuse(400, "Bad Request", "The length of the body is not clear.");
        string[] codings = [.. headers.Words("Transfer-Encoding")];
        bool hasCoding = headers.Lines.Any(line => line.Is("Transfer-Encoding"));
        if (!headers.TryGetContentLength(out long? length) || (hasCoding && (length is not null || isOld || codings.Length == 0)))
        {
            return false;
        }

        if (hasCoding && (codings.Length != 1 || !codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)))
        {
            refusal = Refuse(501, "Not Implemented", "The only transfer coding for requests is chunked.");
            return false;
        }

        body = hasCoding ? new HttpBodyFraming(HttpBodyKind.Chunked) : HttpBodyFraming.OfLength(length ?? 0);
        return true;
    }

    private static byte[] BuildOriginHead(string[] words, string path, TargetAddress? missingHost, HttpHeaders headers, string connectionLines)
    {
        if (!path.StartsWith('/'))
        {
            path = path.Length == 0 && words[0] == "OPTIONS" ? "*" : "/" + path;
        }

        var text = new StringBuilder();
        text.Append(words[0]).Append(' ').Append(path).Append(' ').Append(words[2]).Append("\r\n");
        if (missingHost is not null)
        {
            string host = missingHost.ToString();
            text.Append("Host: ").Append(missingHost.Port == 80 ? host[..host.LastIndexOf(':')] : host).Append("\r\n");
        }

        headers.AppendForwarded(text);
        return Encoding.Latin1.GetBytes(text.Append(connectionLines).Append("\r\n").ToString());
    }

    /// <summary>What our own connection to the origin server needs to say.</summary>
    private static string ConnectionLines(bool keepsAlive, string[] protocols) => protocols.Length > 0
        ? $"Connection: Upgrade\r\nUpgrade: {string.Join(", ", protocols)}\r\n"
        : keepsAlive ? "" : "Connection: close\r\n";

    private static HttpProxyAction AddPreferences(HttpProxyAction action, HttpProxyRequest request, HttpHeaders headers)
    {
        if (headers.Lines.Any(line => line.Is("Tor-RPC-Target")))
        {
            return Refuse(501, "Not Implemented", "This proxy has no RPC sessions (Tor-RPC-Target).");
        }

        if (!headers.TryGetSingle("Proxy-Authorization", out string? authorization)
            || !headers.TryGetSingle("Tor-Stream-Isolation", out string? isolation)
            || !headers.TryGetSingle("X-Tor-Stream-Isolation", out string? legacyIsolation)
            || !headers.TryGetSingle("Tor-Family-Preference", out string? family))
        {
            return Refuse(400, "Bad Request", "A header that may stand there once is there twice.");
        }

        HttpFamilyPreference? preference = family switch
        {
            null => HttpFamilyPreference.None,
            "ipv4-preferred" => HttpFamilyPreference.IPv4Preferred,
            "ipv6-preferred" => HttpFamilyPreference.IPv6Preferred,
            "ipv4-only" => HttpFamilyPreference.IPv4Only,
            "ipv6-only" => HttpFamilyPreference.IPv6Only,
            _ => null,
        };
        if (preference is null)
        {
            return Refuse(400, "Bad Request", "Tor-Family-Preference has an unknown value.");
        }

        return action with
        {
            Request = request with
            {
                Family = preference.Value,
                Isolation = new HttpIsolation { ProxyAuthorization = authorization, StreamIsolation = isolation, LegacyStreamIsolation = legacyIsolation },
            },
        };
    }

    private static bool IsLocalHost(string? host) =>
        host is not null && TargetAddress.TryParseAuthority(host, 80, out TargetAddress? target)
        && (target.Host == "localhost" || (target.Address is { } address && IPAddress.IsLoopback(address)));

    private static bool IsVisible(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static HttpProxyAction Refuse(int status, string reason, string sentence) =>
        new(HttpProxyOutcome.Reply, Reply: HttpProxyReply.Error(status, reason, sentence), Error: sentence);
}
