using System.Text;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tests.Tor.Protocol.Socks;

public sealed class HttpResponseTests
{
    private static readonly HttpProxyOptions Options = new();

    [Fact]
    public void Hop_by_hop_headers_are_removed_and_the_connection_goes_on()
    {
        HttpResponseHead head = Read(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nProxy-Authenticate: Basic\r\nSet-Cookie: a=b\r\n\r\nhello")!;

        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\n", Text(head));
        Assert.Equal(new HttpBodyFraming(HttpBodyKind.Length, 5), head.Body);
        Assert.True(head.ClientKeepsAlive && head.OriginKeepsAlive && !head.IsInformational);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", HttpBodyKind.UntilClose, false, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", HttpBodyKind.Length, true, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", HttpBodyKind.Length, true, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", HttpBodyKind.Chunked, true, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HttpBodyKind.UntilClose, false, false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", HttpBodyKind.None, true, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n", HttpBodyKind.None, true, true)]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", HttpBodyKind.None, true, true)]
    public void The_end_of_the_body_decides_who_stays(string input, HttpBodyKind kind, bool clientStays, bool originStays)
    {
        HttpResponseHead head = Read(input)!;

        Assert.Equal((kind, clientStays, originStays), (head.Body.Kind, head.ClientKeepsAlive, head.OriginKeepsAlive));
        Assert.Equal(!clientStays, Text(head).EndsWith("\r\nConnection: close\r\n\r\n", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 ", Text(head));
    }

    [Fact]
    public void A_response_to_HEAD_has_no_body_and_a_closing_client_is_told()
    {
        Assert.Equal(HttpBodyKind.None, Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD")!.Body.Kind);
        HttpResponseHead head = Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET", keepsAlive: false)!;
        Assert.EndsWith("Connection: close\r\n\r\n", Text(head));
        Assert.False(head.OriginKeepsAlive);
    }

    [Fact]
    public void An_interim_response_announces_another()
    {
        HttpResponseHead head = Read("HTTP/1.1 100 Continue\r\n\r\n", "POST", keepsAlive: false)!;

        Assert.True(head.IsInformational);
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", Text(head));
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\nY: b\r\n\r\n")]
    public void What_is_not_clear_is_passed_on_as_it_is(string input) =>
        Assert.Equal(HttpResponseOutcome.Opaque, HttpResponseHead.Read(Encoding.Latin1.GetBytes(input), Request("GET", true), Options, out _, out _));

    [Fact]
    public void A_head_without_end_is_not_collected_for_ever()
    {
        byte[] head = Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', Options.MaxHeadLength));

        Assert.Equal(HttpResponseOutcome.Opaque, HttpResponseHead.Read(head, Request("GET", true), Options, out _, out _));
        Assert.Equal(HttpResponseOutcome.NeedMore, HttpResponseHead.Read(head.AsSpan(0, 1000), Request("GET", true), Options, out _, out _));
    }

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;name=\"x\"\r\nhello\r\nA \r\n0123456789\r\n000\r\nTrailer: 1\r\nOther: 2\r\n\r\n")]
    [InlineData("0\r\n\r\n")]
    public void Chunks_are_followed_to_their_end_at_every_split(string body)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(body + "NEXT");
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var scanner = new HttpBodyScanner(new HttpBodyFraming(HttpBodyKind.Chunked));
            int taken = scanner.Advance(bytes.AsSpan(0, cut));
            Assert.Equal(Math.Min(cut, body.Length), taken);
            Assert.Equal(cut >= body.Length, scanner.IsComplete);
            Assert.Equal(body.Length - taken, scanner.Advance(bytes.AsSpan(taken)));
            Assert.True(scanner.IsComplete);
        }
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData(";x\r\n")]
    [InlineData("g\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("5\nhello")]
    [InlineData("5\r\nhelloX")]
    [InlineData("5\r\nhello\rX")]
    [InlineData("1234567890123456\r\n")]
    [InlineData("5 6\r\nhello\n")]
    [InlineData("5;a\nb\r\n")]
    [InlineData("0\r\nX\n")]
    [InlineData("0\r\nX\r\r")]
    public void Broken_chunks_end_the_connection(string body) =>
        Assert.Throws<MalformedMessageException>(() => new HttpBodyScanner(new HttpBodyFraming(HttpBodyKind.Chunked)).Advance(Encoding.Latin1.GetBytes(body)));

    [Fact]
    public void Chunk_lines_and_trailers_have_limits()
    {
        static void Run(string body) => new HttpBodyScanner(new HttpBodyFraming(HttpBodyKind.Chunked)).Advance(Encoding.Latin1.GetBytes(body));

        Run("1;" + new string('x', 4094));
        Assert.Throws<MalformedMessageException>(() => Run("1;" + new string('x', 4095)));
        Run("0\r\n" + new string('x', 16 * 1024));
        Assert.Throws<MalformedMessageException>(() => Run("0\r\n" + new string('x', (16 * 1024) + 1)));
    }

    [Fact]
    public void Plain_bodies_end_by_count_or_with_the_connection()
    {
        var counted = new HttpBodyScanner(HttpBodyFraming.OfLength(5));
        Assert.Equal(3, counted.Advance("abc"u8));
        Assert.False(counted.IsComplete);
        Assert.Equal(2, counted.Advance("defg"u8));
        Assert.True(counted.IsComplete);
        Assert.True(new HttpBodyScanner(default).IsComplete);
        var endless = new HttpBodyScanner(new HttpBodyFraming(HttpBodyKind.UntilClose));
        Assert.Equal(3, endless.Advance("abc"u8));
        Assert.False(endless.IsComplete);
    }

    private static string Text(HttpResponseHead head) => Encoding.Latin1.GetString(head.ClientHead.Span);

    private static HttpProxyRequest Request(string method, bool keepsAlive)
    {
        string connection = keepsAlive ? "" : "Connection: close\r\n";
        return HttpProxyHead.Read(Encoding.Latin1.GetBytes($"{method} http://a.com/ HTTP/1.1\r\nHost: a.com\r\n{connection}\r\n"), Options).Request!;
    }

    private static HttpResponseHead? Read(string input, string method = "GET", bool keepsAlive = true)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        int end = input.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        HttpProxyRequest request = Request(method, keepsAlive);
        for (int length = 0; length < end; length++)
        {
            Assert.Equal(HttpResponseOutcome.NeedMore, HttpResponseHead.Read(bytes.AsSpan(0, length), request, Options, out _, out _));
        }

        Assert.Equal(HttpResponseOutcome.Head, HttpResponseHead.Read(bytes, request, Options, out HttpResponseHead? head, out int consumed));
        Assert.Equal(end, consumed);
        return head;
    }
}
