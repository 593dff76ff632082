using System.Net;
using System.Text;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Dns;
using Tunic.Tor.Protocol.Socks;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What applications send: SOCKS, HTTP, DNS.</summary>
internal static class ProxyTargets
{
    private static readonly HttpProxyOptions _options = new();

    private static readonly HttpProxyRequest _request = HttpProxyHead.Read("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"u8, _options).Request!;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("socks", ReadSocks, SocksSeeds, nameof(SocksHandshake), nameof(SocksRequest), nameof(TargetAddress), "HostName"),
        new("http-proxy-head", ReadRequest, RequestSeeds, nameof(HttpProxyHead), "HttpHeaders", nameof(TargetAddress), nameof(HttpIsolation)) { IsText = true, MaxLength = 4096 },
        new("http-response-head", ReadResponse, ResponseSeeds, nameof(HttpResponseHead), "HttpHeaders") { IsText = true, MaxLength = 4096 },
        new("http-body", ReadBody, () => ["\u00034\r\nabcd\r\n0;x=\"y\"\r\nTrailer: z\r\n\r\n"u8.ToArray(), "\u0001abcd"u8.ToArray()], nameof(HttpBodyScanner)) { IsText = true },
        new("target-address", ReadTarget, () => ["example.com:80"u8.ToArray(), "[2001:db8::1]:443"u8.ToArray(), "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion:1"u8.ToArray()], nameof(TargetAddress), "HostName") { IsText = true },
        new("dns-query", ReadQuery, DnsSeeds, nameof(DnsQuery), nameof(DnsName), nameof(DnsResponse)) { MaxLength = 1500 },
        new("dns-reply", ReadReply, ReplySeeds, nameof(DnsReply), nameof(DnsName)) { MaxLength = 1500 },
    ];

    private static IEnumerable<byte[]> SocksSeeds() =>
    [
        [0, 5, 1, 0, 5, 1, 0, 3, 11, .. "example.com"u8, 0, 80],
        [1, 5, 2, 0, 2, 1, 4, .. "user"u8, 4, .. "pass"u8, 5, 1, 0, 1, 192, 0, 2, 1, 1, 187],
        [2, 5, 1, 2, 1, 8, .. "<torS0X>"u8, 1, .. "1"u8, 5, 0xF0, 0, 3, 4, .. "a.ex"u8, 0, 0],
        [3, 5, 1, 0, 5, 1, 0, 4, .. new byte[15], 1, 0, 80],
        [0, 4, 1, 0, 80, 0, 0, 0, 1, .. "user"u8, 0, .. "example.com"u8, 0],
        [0, 4, 0xF0, 0, 80, 192, 0, 2, 1, 0],
        [0, .. "GET / HTTP/1.0\r\n\r\n"u8],
    ];

    /// <summary>The first byte chooses options, and whether bytes come one by one.</summary>
    private static void ReadSocks(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        int flags = input.Span[0];
        ReadOnlySpan<byte> rest = input.Span[1..];
        var handshake = new SocksHandshake(new SocksOptions { RejectAddresses = (flags & 2) != 0, PreferNoAuthentication = (flags & 4) != 0 });
        int available = (flags & 1) != 0 ? Math.Min(1, rest.Length) : rest.Length;
        for (int steps = 0; steps < 2 * SocksHandshake.MaxMessageLength; steps++)
        {
            SocksAction action = handshake.Advance(rest[..available]);
            FuzzFailureException.Require(action.Consumed >= 0 && action.Consumed <= available, "consumes what is not there");
            rest = rest[action.Consumed..];
            available -= action.Consumed;
            switch (action.Outcome)
            {
                case SocksOutcome.NeedMore when available > SocksHandshake.MaxMessageLength:
                    throw new FuzzFailureException("needs more than the longest message");
                case SocksOutcome.NeedMore when available < rest.Length:
                    available++;
                    break;
                case SocksOutcome.NeedMore:
                    return;
                case SocksOutcome.Request:
                    Answer(action.Request!);
                    return;
                case SocksOutcome.Close:
                    FuzzFailureException.Require(action.Error.Length > 0, "closes without a reason");
                    return;
            }
        }

        throw new FuzzFailureException("goes on for ever");
    }

    private static void Answer(SocksRequest request)
    {
        request.EncodeReply(SocksStatus.Succeeded);
        request.EncodeResolved(IPAddress.Loopback);
        request.EncodeResolved(IPAddress.IPv6Loopback);
        request.EncodeResolved("a.example");
        FuzzFailureException.Require(request.Target.Host.Length is > 0 and <= 255, "a host of no length, or too long");
    }

    private static IEnumerable<byte[]> RequestSeeds() => ((string[])
    [
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n",
        "GET http://example.com/a?b HTTP/1.1\r\nHost: example.com\r\nConnection: keep-alive, X-Own\r\nX-Own: 1\r\nX-Tor-Stream-Isolation: a\r\nX-Tor-Family-Preference: ipv4\r\n\r\n",
        "POST http://[2001:db8::1]:8080/ HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\nTransfer-Encoding: chunked\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "PUT http://example.com HTTP/1.0\r\nContent-Length: 5\r\n\r\nabcde",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    ]).Select(Encoding.Latin1.GetBytes);

    private static void ReadRequest(ReadOnlyMemory<byte> input)
    {
        foreach (HttpProxyOptions options in (HttpProxyOptions[])[_options, new HttpProxyOptions { ConnectOnly = true, MaxHeadLength = 512, MaxHeaders = 4 }])
        {
            HttpProxyAction action = HttpProxyHead.Read(input.Span, options);
            FuzzFailureException.Require(action.Consumed >= 0 && action.Consumed <= input.Length, "consumes what is not there");
            bool isOpen = action.Outcome == HttpProxyOutcome.NeedMore;
            FuzzFailureException.Require(!isOpen || input.Length <= options.MaxHeadLength + 8, "needs more than the longest head");
            if (action.Request is { } request)
            {
                _ = (request.Isolation.HasLegacyAuthorization, request.Target.ToString());
                string head = Encoding.Latin1.GetString(request.OriginHead.Span);
                FuzzFailureException.Require(request.IsConnect || head.EndsWith("\r\n\r\n", StringComparison.Ordinal), "a head without an end");
                FuzzFailureException.Require(!head.Contains("\nProxy-Authorization:", StringComparison.OrdinalIgnoreCase), "a proxy's header that goes on to the origin");
                FuzzFailureException.Require(!head.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n', '\0'), "a line break that goes on to the origin");
            }
        }
    }

    private static IEnumerable<byte[]> ResponseSeeds() => ((string[])
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd",
        "HTTP/1.0 304 Not Modified\r\nConnection: keep-alive\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\nKeep-Alive: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    ]).Select(Encoding.Latin1.GetBytes);

    private static void ReadResponse(ReadOnlyMemory<byte> input)
    {
        foreach (HttpProxyRequest request in (HttpProxyRequest[])[_request, _request with { OffersUpgrade = true, Method = "HEAD", KeepsAlive = false }])
        {
            HttpResponseOutcome outcome = HttpResponseHead.Read(input.Span, request, _options, out HttpResponseHead? head, out int consumed);
            FuzzFailureException.Require(consumed >= 0 && consumed <= input.Length, "consumes what is not there");
            FuzzFailureException.Require((outcome == HttpResponseOutcome.Head) == (head is not null), "a head, or none, against the outcome");
        }
    }

    /// <summary>The first byte chooses the framing. Bytes in one piece and one by one must come to the same.</summary>
    private static void ReadBody(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        var kind = (HttpBodyKind)(input.Span[0] & 3);
        HttpBodyFraming framing = kind == HttpBodyKind.Length ? HttpBodyFraming.OfLength(input.Span[0] >> 2) : new HttpBodyFraming(kind);
        ReadOnlySpan<byte> body = input.Span[1..];
        var single = new HttpBodyScanner(framing);
        int taken = 0;
        bool isBroken = false;
        try
        {
            foreach (byte next in body)
            {
                if (single.IsComplete)
                {
                    break;
                }

                taken += single.Advance([next]);
            }
        }
        catch (Primitives.Bytes.MalformedMessageException)
        {
            isBroken = true;
        }

        var whole = new HttpBodyScanner(framing);
        int atOnce = whole.Advance(body);
        FuzzFailureException.Require(!isBroken && atOnce == taken && whole.IsComplete == single.IsComplete, "pieces come to something else than the whole");
    }

    private static void ReadTarget(ReadOnlyMemory<byte> input)
    {
        string text = Encoding.Latin1.GetString(input.Span);
        if (TargetAddress.TryParseAuthority(text, 80, out TargetAddress? target))
        {
            _ = (target.IsOnion, target.OnionLabel, InternalTargets.Contains(target));
            FuzzFailureException.Require(
                TargetAddress.TryParseAuthority(target.ToString(), null, out TargetAddress? again) && again.Equals(target), $"reads back differently: {target}");
        }

        TargetAddress.TryParse(text, 0, out _);
    }

    private static IEnumerable<byte[]> DnsSeeds() =>
    [
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 3, .. "WwW"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1, 0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0],
        [0x12, 0x34, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, .. "1"u8, 1, .. "2"u8, 1, .. "0"u8, 3, .. "192"u8, 7, .. "in-addr"u8, 4, .. "arpa"u8, 0, 0, 12, 0, 1, 0xC0, 12, 0, 28, 0, 1],
    ];

    private static IEnumerable<byte[]> ReplySeeds() =>
    [
        [
            0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, 3, .. "WwW"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1,
            0xC0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 2, 0xC0, 16, 0xC0, 16, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7,
        ],
        [
            0x12, 0x34, 0x83, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, .. "7"u8, 7, .. "in-addr"u8, 4, .. "arpa"u8, 0, 0, 12, 0, 1,
            0xC0, 12, 0, 12, 0, 1, 0x80, 0, 0, 0, 0, 4, 2, .. "ex"u8, 0,
        ],
        [0x12, 0x34, 0x81, 0x83, 0, 1, 0, 1, 0, 0, 0, 0, 1, .. "a"u8, 0, 0, 28, 0, 1, 0xC0, 12, 0, 28, 0, 1, 0, 0, 0, 1, 0, 16, .. new byte[16]],
    ];

    private static void ReadReply(ReadOnlyMemory<byte> input)
    {
        if (!DnsReply.TryDecode(input.Span, out DnsReply? reply))
        {
            return;
        }

        var query = new DnsQuery { Id = reply.Id, OperationCode = 0, IsRecursionDesired = true, Questions = [reply.Question] };
        FuzzFailureException.Require(reply.Answers(query, exactCase: true) && reply.Answers(query, exactCase: false), "does not answer its own question");
        FuzzFailureException.Require(DnsQuery.TryDecode(query.Encode(), out _) == DnsQueryOutcome.Query, "a query that cannot be read");
        if (reply.FindRecord() is { } record)
        {
            int length = record.Type switch
            {
                DnsType.A => 4,
                DnsType.Aaaa => 16,
                _ => record.Value.Length,
            };
            FuzzFailureException.Require(record.Type == reply.Question.Type && record.Value.Length == length, "an answer to something else");
        }
    }

    private static void ReadQuery(ReadOnlyMemory<byte> input)
    {
        DnsQueryOutcome outcome = DnsQuery.TryDecode(input.Span, out DnsQuery? query);
        FuzzFailureException.Require(query is not null || outcome == DnsQueryOutcome.Ignore, "an answer without a query");
        foreach (DnsQuestion question in query?.Questions ?? [])
        {
            question.Name.TryGetReverseAddress(out _);
            if (question.Name.TryGetHost(out string host))
            {
                FuzzFailureException.Require(host.Length is > 0 and <= 255, "a host of no length, or too long");
            }

            var response = new DnsResponse(query!, DnsResponseCode.NoError)
            {
                Question = question,
                Answers = [.. Enumerable.Repeat(DnsAnswer.From(IPAddress.IPv6Loopback, 60), 20), DnsAnswer.From(question.Name, 60)],
            };
            int limit = Math.Max(512, query!.ResponseLengthLimit);
            FuzzFailureException.Require(response.Encode(limit).Length <= limit, "an answer longer than allowed");
        }
    }
}
