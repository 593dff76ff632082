using System.Globalization;
using System.Text;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>The head of an origin server's response, rewritten for the client of the proxy.</summary>
public sealed record HttpResponseHead
{
    private const int SwitchingProtocols = 101;

    /// <summary>The status, 100 to 999.</summary>
    public required int Status { get; init; }

    /// <summary>100 to 199: another head follows for the same request.</summary>
    public bool IsInformational => Status < 200;

    /// <summary>What to send to the client in place of the head.</summary>
    public required ReadOnlyMemory<byte> ClientHead { get; init; }

    /// <summary>How long the body is that follows.</summary>
    public HttpBodyFraming Body { get; init; }

    /// <summary>The client's connection goes on after this response.</summary>
    public bool ClientKeepsAlive { get; init; }

    /// <summary>The origin's stream can carry another request to the same target.</summary>
    public bool OriginKeepsAlive { get; init; }

    /// <summary>Reads one head.</summary>
    /// <param name="input">Everything that arrived and was not consumed yet.</param>
    /// <param name="request">The request that is answered.</param>
    /// <param name="options">Limits; a longer head is passed on as it is.</param>
    /// <param name="head">The head, null unless the outcome is <see cref="HttpResponseOutcome.Head"/>.</param>
    /// <param name="consumed">Bytes to drop from the front of the input; 0 unless there is a head.</param>
    public static HttpResponseOutcome Read(
        ReadOnlySpan<byte> input, HttpProxyRequest request, HttpProxyOptions options, out HttpResponseHead? head, out int consumed)
    {
        head = null;
        consumed = 0;
        int end = input.IndexOf("\r\n\r\n"u8);
        int known = Math.Min(input.Length, 5);
        if (!input[..known].SequenceEqual("HTTP/"u8[..known]) || (end < 0 ? input.Length : end) > options.MaxHeadLength)
        {
            return HttpResponseOutcome.Opaque;
        }

        if (end < 0)
        {
            return HttpResponseOutcome.NeedMore;
        }

        string text = Encoding.Latin1.GetString(input[..(end + 2)]);
        int lineEnd = text.IndexOf("\r\n", StringComparison.Ordinal);
        string line = text[..lineEnd];
        bool isModern = line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal);
        if (isModern && request.OffersUpgrade && TryReadStatus(line, out int switching) && switching == SwitchingProtocols)
        {
            return HttpResponseOutcome.Switching;
        }

        if (!TryReadStatus(line, out int status)
            || status == SwitchingProtocols
            || !HttpHeaders.TryParse(text.AsSpan(lineEnd + 2), out HttpHeaders headers)
            || !TryGetBody(request, status, isModern, headers, out HttpBodyFraming body))
        {
            return HttpResponseOutcome.Opaque;
        }

        bool isFinal = status >= 200;
        bool clientKeepsAlive = request.KeepsAlive && body.Kind != HttpBodyKind.UntilClose;
        var rewritten = new StringBuilder("HTTP/1.1").Append(line.AsSpan(8)).Append("\r\n");
        headers.AppendForwarded(rewritten);
        rewritten.Append(isFinal && !clientKeepsAlive ? "Connection: close\r\n\r\n" : "\r\n");
        consumed = end + 4;
        head = new HttpResponseHead
        {
            Status = status,
            ClientHead = Encoding.Latin1.GetBytes(rewritten.ToString()),
            Body = body,
            ClientKeepsAlive = clientKeepsAlive,
            OriginKeepsAlive = isModern && request.KeepsAlive && body.Kind != HttpBodyKind.UntilClose && !headers.HasWord("Connection", "close"),
        };
        return HttpResponseOutcome.Head;
    }

    private static bool TryReadStatus(string line, out int status)
    {
        status = 0;
        return line.Length >= 12
            && line[..9] is "HTTP/1.1 " or "HTTP/1.0 "
            && (line.Length == 12 || line[12] == ' ')
            && int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out status)
            && status >= 100;
    }

    /// <summary>RFC 9112, "Message Body Length". False when two lengths contradict each other.</summary>
    private static bool TryGetBody(HttpProxyRequest request, int status, bool isModern, HttpHeaders headers, out HttpBodyFraming body)
    {
        body = default;
        if (request.Method == "HEAD" || status is < 200 or 204 or 304)
        {
            return true;
        }

        string[] codings = [.. headers.Words("Transfer-Encoding")];
        if (!headers.TryGetContentLength(out long? length) || (codings.Length > 0 && (length is not null || !isModern)))
        {
            return false;
        }

        if (codings.Length > 0)
        {
            bool isChunked = codings[^1].Equals("chunked", StringComparison.OrdinalIgnoreCase);
            body = new HttpBodyFraming(isChunked ? HttpBodyKind.Chunked : HttpBodyKind.UntilClose);
        }
        else
        {
            body = length is { } known ? HttpBodyFraming.OfLength(known) : new HttpBodyFraming(HttpBodyKind.UntilClose);
        }

        return true;
    }
}
