using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tests.Tor.Protocol.Socks;

public sealed class HttpProxyHeadTests
{
    private static readonly HttpProxyOptions Full = new();
    private static readonly HttpProxyOptions ConnectOnly = new() { ConnectOnly = true };

    [Theory]
    [InlineData("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nUser-Agent: x\r\n\r\n", "example.com:443")]
    [InlineData("CONNECT [2001:db8::1]:443 HTTP/1.0\r\n\r\n", "[2001:db8::1]:443")]
    [InlineData("connect ABC.onion:80 HTTP/1.1\r\n\r\n", "abc.onion:80")]
    [InlineData("CONNECT 1.2.3.4:80 HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "1.2.3.4:80")]
    public void Connect_opens_a_tunnel_on_both_kinds_of_port(string input, string target)
    {
        foreach (HttpProxyOptions options in new[] { Full, ConnectOnly })
        {
            HttpProxyAction action = ReadAtEveryPrefix(input, options);
            Assert.Equal((HttpProxyOutcome.Request, input.Length), (action.Outcome, action.Consumed));
            Assert.True(action.Request!.IsConnect);
            Assert.Equal(("CONNECT", target), (action.Request.Method, action.Request.Target.ToString()));
            Assert.True(action.Request.OriginHead.IsEmpty);
            Assert.Equal(HttpBodyKind.None, action.Request.Body.Kind);
        }
    }

    [Fact]
    public void Bytes_behind_the_head_are_left()
    {
        HttpProxyAction action = Read("\r\nCONNECT a:1 HTTP/1.1\r\n\r\nGET / secret", Full);

        Assert.Equal("\r\nCONNECT a:1 HTTP/1.1\r\n\r\n".Length, action.Consumed);
    }

    [Fact]
    public void A_chromium_request_reaches_the_origin_without_a_trace_of_the_proxy()
    {
        const string Input = "GET http://Example.com/path?q=1 HTTP/1.1\r\nHost: example.com\r\nProxy-Connection: keep-alive\r\nCache-Control: max-age=0\r\n"
            + "Proxy-Authorization: Basic dG9yOnNlY3JldA==\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nVia: 1.1 me\r\nX-Forwarded-For: 10.0.0.1\r\n"
            + "Tor-Stream-Isolation: a\r\nTE: trailers\r\nConnection: X-Private, TE\r\nX-Private: 1\r\nCookie: a=b\r\n\r\n";

        HttpProxyAction action = ReadAtEveryPrefix(Input, Full);

        Assert.Equal(
            "GET /path?q=1 HTTP/1.1\r\nHost: example.com\r\nCache-Control: max-age=0\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nCookie: a=b\r\n\r\n",
            Head(action));
        Assert.True(action.Request!.KeepsAlive);
        Assert.Equal("example.com:80", action.Request.Target.ToString());
        Assert.Equal("Basic dG9yOnNlY3JldA==", action.Request.Isolation.ProxyAuthorization);
        Assert.Equal("a", action.Request.Isolation.StreamIsolation);
        Assert.False(action.Request.Isolation.HasLegacyAuthorization);
    }

    [Theory]
    [InlineData("GET http://a.com HTTP/1.1\r\nHost: a.com\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData("GET http://a.com?x HTTP/1.1\r\nHost: a.com:80\r\n\r\n", "GET /?x HTTP/1.1\r\nHost: a.com:80\r\n\r\n")]
    [InlineData("OPTIONS http://a.com HTTP/1.1\r\nHost: a.com\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData("GET HTTP://a.com:8080/ HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nHost: a.com:8080\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://[::1]/x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.0\r\nHost: [::1]\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://a.com/ HTTP/1.1\r\nHost:A.COM.\r\nProxy-Connection: Close\r\n\r\n", "GET / HTTP/1.1\r\nHost: A.COM.\r\nConnection: close\r\n\r\n")]
    [InlineData("GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\nConnection: close, foo\r\nfoo: 1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.com\r\nConnection: close\r\n\r\n")]
    [InlineData("PURGE http://a.com/a//b HTTP/1.1\r\nHost: a.com\r\nX-Empty:\r\n\r\n", "PURGE /a//b HTTP/1.1\r\nHost: a.com\r\nX-Empty: \r\n\r\n")]
    [InlineData("GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\nX: \xE4\t1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a.com\r\nX: \xE4\t1\r\n\r\n")]
    public void Absolute_form_becomes_origin_form(string input, string head)
    {
        HttpProxyAction action = ReadAtEveryPrefix(input, Full);

        Assert.Equal(head, Head(action));
        Assert.Equal(!head.Contains("Connection: close", StringComparison.Ordinal), action.Request!.KeepsAlive);
    }

    [Fact]
    public void Bodies_are_announced_by_length_or_chunks()
    {
        const string Start = "POST http://a.com/ HTTP/1.1\r\nHost: a.com\r\n";

        Assert.Equal(new HttpBodyFraming(HttpBodyKind.Length, 12), Read(Start + "Content-Length: 12\r\n\r\n", Full).Request!.Body);
        Assert.Equal(HttpBodyKind.None, Read(Start + "Content-Length: 0\r\n\r\n", Full).Request!.Body.Kind);
        HttpProxyAction chunked = Read(Start + "Transfer-Encoding: Chunked\r\nTrailer: X\r\n\r\n", Full);
        Assert.Equal(HttpBodyKind.Chunked, chunked.Request!.Body.Kind);
        Assert.Contains("Transfer-Encoding: Chunked\r\nTrailer: X\r\n", Head(chunked));
    }

    [Theory]
    // two messages in one: lengths
    [InlineData(400, "Content-Length: 5\r\nContent-Length: 5\r\n")]
    [InlineData(400, "Content-Length: 5\r\nContent-Length: 6\r\n")]
    [InlineData(400, "Content-Length: 5, 5\r\n")]
    [InlineData(400, "Content-Length: +5\r\n")]
    [InlineData(400, "Content-Length: -1\r\n")]
    [InlineData(400, "Content-Length: 0x5\r\n")]
    [InlineData(400, "Content-Length:\r\n")]
    [InlineData(400, "Content-Length: 9999999999999999999\r\n")]
    [InlineData(400, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData(400, "Transfer-Encoding: chunked\r\ncontent-length: 5\r\n")]
    [InlineData(400, "Transfer-Encoding:\r\n")]
    [InlineData(501, "Transfer-Encoding: gzip, chunked\r\n")]
    [InlineData(501, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")]
    [InlineData(501, "Transfer-Encoding: xchunked\r\n")]
    [InlineData(501, "Transfer-Encoding: identity\r\n")]
    // header lines that others read otherwise
    [InlineData(400, "Content-Length : 5\r\n")]
    [InlineData(400, " Content-Length: 5\r\n")]
    [InlineData(400, "X: a\r\n folded\r\n")]
    [InlineData(400, "X: a\r\n\tfolded\r\n")]
    [InlineData(400, "X: a\nContent-Length: 5\r\n")]
    [InlineData(400, "X: a\rContent-Length: 5\r\n")]
    [InlineData(400, "X: a\0b\r\n")]
    [InlineData(400, "X\0: a\r\n")]
    [InlineData(400, "X[1]: a\r\n")]
    [InlineData(400, ": a\r\n")]
    [InlineData(400, "no colon\r\n")]
    [InlineData(400, "\xE4: a\r\n")]
    // who is meant
    [InlineData(400, "Host: a.com\r\n")]
    [InlineData(400, "host: evil.com\r\n")]
    // taking a header away from the next server
    [InlineData(400, "Connection: Content-Length\r\nContent-Length: 5\r\n")]
    [InlineData(400, "Connection: close, Host\r\n")]
    [InlineData(400, "Connection: transfer-encoding\r\n")]
    [InlineData(400, "Connection: a b\r\n")]
    // proposal 365
    [InlineData(501, "Tor-RPC-Target: x\r\n")]
    [InlineData(400, "Tor-Family-Preference: ipv5-only\r\n")]
    [InlineData(400, "Tor-Stream-Isolation: a\r\nTor-Stream-Isolation: b\r\n")]
    [InlineData(400, "Proxy-Authorization: a\r\nproxy-authorization: a\r\n")]
    public void Smuggling_and_contradictions_are_refused(int status, string lines) =>
        AssertStatus(status, Read("POST http://a.com/ HTTP/1.1\r\nHost: a.com\r\n" + lines + "\r\n", Full));

    [Theory]
    [InlineData(400, "GET  http://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ HTTP/1.1 \r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ a HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/\tHTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "G(T http://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/\xE4 HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(505, "GET http://a.com/ HTTP/2.0\r\nHost: a.com\r\n\r\n")]
    [InlineData(505, "GET http://a.com/ http/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ HTTP/1.1\r\n\r\n")] // no Host
    [InlineData(400, "GET http://a.com/ HTTP/1.1\r\nHost: b.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ HTTP/1.1\r\nHost: a.com:81\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ HTTP/1.1\r\nHost: a.com, b.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com/ HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData(400, "GET http:///x HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://u:p@a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com:0/ HTTP/1.1\r\nHost: a.com:0\r\n\r\n")]
    [InlineData(400, "GET http://a.com/#f HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://a.com\\@b.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    [InlineData(400, "GET http://127.1/ HTTP/1.1\r\nHost: 127.1\r\n\r\n")]
    [InlineData(400, "POST http://a.com/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData(400, "CONNECT example.com HTTP/1.1\r\n\r\n")]
    [InlineData(400, "CONNECT http://example.com:443/ HTTP/1.1\r\n\r\n")]
    [InlineData(400, "CONNECT a:1 HTTP/1.1\r\nContent-Length: 5\r\n\r\n")]
    [InlineData(400, "CONNECT a:1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData(400, "CONNECT a:1 HTTP/1.1\nHost: a\n\n")]
    public void Malformed_requests_get_a_clear_sentence(int status, string input) => AssertStatus(status, Read(input, Full));

    [Fact]
    public void Absurd_sizes_are_refused_at_their_limits_before_they_are_complete()
    {
        string Start(int length) => "GET http://a.com/" + new string('a', length - 26) + " HTTP/1.1";
        HttpProxyOptions options = new() { MaxRequestLineLength = 300, MaxHeadLength = 1000, MaxHeaders = 3 };

        Assert.Equal(HttpProxyOutcome.Request, Read(Start(300) + "\r\nHost: a.com\r\n\r\n", options).Outcome);
        AssertStatus(414, Read(Start(301) + "\r\nHost: a.com\r\n\r\n", options));
        Assert.Equal(HttpProxyOutcome.NeedMore, Read(Start(301)[..300], options).Outcome);
        AssertStatus(414, Read(Start(400)[..301], options));

        const string Head = "GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\nX: ";
        Assert.Equal(HttpProxyOutcome.Request, Read(Head + new string('x', 1000 - Head.Length - 4) + "\r\n\r\n", options).Outcome);
        AssertStatus(431, Read(Head + new string('x', 1000 - Head.Length - 3) + "\r\n\r\n", options));
        Assert.Equal(HttpProxyOutcome.NeedMore, Read(Head + new string('x', 998 - Head.Length), options).Outcome);
        AssertStatus(431, Read(Head + new string('x', 5000), options));

        Assert.Equal(HttpProxyOutcome.Request, Read("GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\nX: 1\r\nX: 2\r\n\r\n", options).Outcome);
        AssertStatus(431, Read("GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\nX: 1\r\nX: 2\r\nX: 3\r\n\r\n", options));
        AssertStatus(400, Read(new string('A', 33) + " http://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n", options));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: 127.0.0.1:9280\r\n\r\n", 400)]
    [InlineData("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET https://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: [::1]:9280\r\n\r\n", 200)]
    public void Somebody_at_this_machine_learns_what_the_port_is(string input, int status)
    {
        HttpProxyAction action = ReadAtEveryPrefix(input, Full);

        Assert.Equal(HttpProxyOutcome.Reply, action.Outcome);
        Assert.StartsWith($"HTTP/1.1 {status} ", Encoding.ASCII.GetString(action.Reply.Span));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: rebound.evil.com\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: rebound.evil.com:9280\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: evil.com\r\n\r\n")]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET /http://a.com HTTP/1.1\r\nHost: a.com\r\n\r\n")]
    public void A_web_page_that_points_its_name_at_us_gets_no_answer(string input)
    {
        foreach (HttpProxyOptions options in new[] { Full, ConnectOnly })
        {
            HttpProxyAction action = Read(input, options);
            Assert.Equal(HttpProxyOutcome.Close, action.Outcome);
            Assert.True(action.Reply.IsEmpty);
        }
    }

    [Fact]
    public void A_tunnel_port_takes_nothing_but_connect()
    {
        AssertStatus(405, Read("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ConnectOnly));
        Assert.Equal(HttpProxyOutcome.Close, Read("GET http://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n", ConnectOnly).Outcome);
        string options = Encoding.ASCII.GetString(Read("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", ConnectOnly).Reply.Span);
        Assert.Contains("\r\nAllow: OPTIONS, CONNECT\r\n", options);
        Assert.Contains("\r\nTor-Capabilities: ", options);
    }

    [Theory]
    [InlineData("\x05\x01\x00")]
    [InlineData("\x16\x03\x01\x02\x00\x01")]
    [InlineData(" GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\nGET http://a.com/ HTTP/1.1\r\n")]
    [InlineData("\0")]
    public void What_is_not_http_is_closed(string input) => Assert.Equal(HttpProxyOutcome.Close, Read(input, Full).Outcome);

    [Theory]
    [InlineData("Basic dG9yOng=", false)] // tor:x
    [InlineData("basic  dG9yLWlzbzp4", false)] // tor-iso:x
    [InlineData("Basic dXNlcjp4", true)] // user:x
    [InlineData("Basic !!!", true)]
    [InlineData("Bearer dG9yOng=", true)]
    [InlineData("", true)]
    public void Old_forms_of_authorization_isolate_but_are_known_as_old(string value, bool isLegacy)
    {
        HttpIsolation isolation = Read($"CONNECT a:1 HTTP/1.1\r\nProxy-Authorization: {value}\r\nX-Tor-Stream-Isolation: z\r\n\r\n", Full).Request!.Isolation;

        Assert.Equal((value, null, "z", isLegacy), (isolation.ProxyAuthorization, isolation.StreamIsolation, isolation.LegacyStreamIsolation, isolation.HasLegacyAuthorization));
        Assert.Equal("[redacted]", isolation.ToString());
        Assert.NotEqual(isolation, isolation with { LegacyStreamIsolation = "y" });
    }

    [Theory]
    [InlineData("ipv4-preferred", HttpFamilyPreference.IPv4Preferred)]
    [InlineData("ipv6-preferred", HttpFamilyPreference.IPv6Preferred)]
    [InlineData("ipv4-only", HttpFamilyPreference.IPv4Only)]
    [InlineData("ipv6-only", HttpFamilyPreference.IPv6Only)]
    public void The_family_can_be_chosen(string value, HttpFamilyPreference family) =>
        Assert.Equal(family, Read($"CONNECT a:1 HTTP/1.1\r\nTor-Family-Preference: {value}\r\n\r\n", Full).Request!.Family);

    [Theory]
    [InlineData(EndReason.ResolveFailed, 503, "RESOLVEFAILED")]
    [InlineData(EndReason.NoRoute, 503, "NOROUTE")]
    [InlineData(EndReason.ConnectRefused, 403, "CONNECTREFUSED")]
    [InlineData(EndReason.ExitPolicy, 403, "EXITPOLICY")]
    [InlineData(EndReason.Destroy, 502, "DESTROY")]
    [InlineData(EndReason.Done, 502, "DONE")]
    [InlineData(EndReason.Timeout, 504, "TIMEOUT")]
    [InlineData(EndReason.Hibernating, 502, "HIBERNATING")]
    [InlineData(EndReason.Internal, 502, "INTERNAL")]
    [InlineData(EndReason.ResourceLimit, 502, "RESOURCELIMIT")]
    [InlineData(EndReason.ConnectionReset, 403, "CONNRESET")]
    [InlineData(EndReason.TorProtocol, 502, "TORPROTOCOL")]
    [InlineData(EndReason.Misc, 500, "MISC")]
    public void End_reasons_become_stocks_status_and_only_connect_learns_more(EndReason reason, int status, string name)
    {
        string connect = Encoding.ASCII.GetString(HttpProxyReply.ForEnd(reason, isConnect: true));
        string page = Encoding.ASCII.GetString(HttpProxyReply.ForEnd(reason, isConnect: false));

        Assert.StartsWith($"HTTP/1.1 {status} ", connect);
        Assert.Contains($"\r\nTor-Request-Failed: end/{name}\r\n", connect);
        Assert.DoesNotContain("Tor-", page);
        AssertWellFormed(page);
        AssertWellFormed(connect);
    }

    [Fact]
    public void Random_mutations_of_a_good_head_never_throw()
    {
        byte[] good = Encoding.Latin1.GetBytes("POST http://a.com/x HTTP/1.1\r\nHost: a.com\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
        var random = new SeededRandomSource(99);
        for (int i = 0; i < 30_000; i++)
        {
            byte[] bytes = [.. good];
            for (int k = 0; k <= i % 4; k++)
            {
                bytes[random.NextInt32(bytes.Length)] = (byte)random.NextInt32(256);
            }

            HttpProxyAction action = HttpProxyHead.Read(bytes, Full);
            Assert.InRange(action.Consumed, 0, bytes.Length);
            if (action.Request is { IsConnect: false } request)
            {
                Assert.Equal(1, Encoding.Latin1.GetString(request.OriginHead.Span).Split("\r\n\r\n").Length - 1);
            }
        }
    }

    private static HttpProxyAction Read(string input, HttpProxyOptions options) => HttpProxyHead.Read(Encoding.Latin1.GetBytes(input), options);

    private static HttpProxyAction ReadAtEveryPrefix(string input, HttpProxyOptions options)
    {
        for (int length = 0; length < input.Length; length++)
        {
            Assert.Equal(HttpProxyOutcome.NeedMore, Read(input[..length], options).Outcome);
        }

        return Read(input, options);
    }

    private static string Head(HttpProxyAction action) => Encoding.Latin1.GetString(action.Request!.OriginHead.Span);

    private static void AssertStatus(int status, HttpProxyAction action)
    {
        Assert.Equal(HttpProxyOutcome.Reply, action.Outcome);
        string reply = Encoding.ASCII.GetString(action.Reply.Span);
        Assert.StartsWith($"HTTP/1.1 {status} ", reply);
        Assert.NotEqual("", action.Error);
        AssertWellFormed(reply);
    }

    private static void AssertWellFormed(string reply)
    {
        int bodyStart = reply.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Assert.Contains($"\r\nContent-Length: {reply.Length - bodyStart}\r\n", reply);
        Assert.Contains("\r\nContent-Type: text/plain", reply);
        Assert.DoesNotContain('<', reply);
        Assert.EndsWith(".\n", reply);
    }
}
