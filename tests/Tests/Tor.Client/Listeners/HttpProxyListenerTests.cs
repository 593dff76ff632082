using System.Text;
using Tunic.Primitives.Errors;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tests.Tor.Client.Listeners;

public sealed class HttpProxyListenerTests
{
    private static readonly HttpProxyListenerOptions Open = new() { RejectInternalAddresses = false };

    [Fact]
    public async Task Connect_tunnels_and_keeps_what_came_with_it_cut_at_every_byte()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string sent = $"CONNECT host.example:{echo.Port} HTTP/1.1\r\nHost: host.example:{echo.Port}\r\n\r\nearly";
        for (int cut = 0; cut <= sent.Length; cut++)
        {
            await using Application application = await port.ConnectAsync();
            await application.SendAsync(sent[..cut]);
            await application.SendAsync(sent[cut..]);
            string reply = await application.ReceiveUntilAsync("\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 OK\r\nTor-Capabilities: ", reply, StringComparison.Ordinal);
            Assert.Equal("early"u8.ToArray(), await application.ReceiveAsync(5));
        }

        await port.IsQuietAsync();
    }

    [Theory]
    [InlineData(EndReason.ConnectRefused, "403", "end/CONNECTREFUSED")]
    [InlineData(EndReason.ResolveFailed, "503", "end/RESOLVEFAILED")]
    [InlineData(EndReason.ExitPolicy, "403", "end/EXITPOLICY")]
    [InlineData(EndReason.Timeout, "504", "end/TIMEOUT")]
    [InlineData(EndReason.ConnectionReset, "403", "end/CONNRESET")]
    [InlineData(EndReason.Misc, "500", "end/MISC")]
    public async Task A_failed_stream_is_told_with_stocks_status(EndReason reason, string status, string failed)
    {
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        port.Opener.BeforeOpen = (_, _) => throw new StreamException(ErrorKind.RemoteRefused, reason, "test");

        string tunnel = await AskAsync(port, "CONNECT host.example:443 HTTP/1.1\r\nHost: host.example:443\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", tunnel, StringComparison.Ordinal);
        Assert.Contains($"\r\nTor-Request-Failed: {failed}\r\n", tunnel, StringComparison.Ordinal);

        string page = await AskAsync(port, "GET http://host.example/ HTTP/1.1\r\nHost: host.example\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Tor-", page, StringComparison.Ordinal);
        await port.IsQuietAsync();
    }

    [Theory]
    [InlineData("127.0.0.1", "403", "c-tor/PRIVATE_ADDR")]
    [InlineData("[::1]", "403", "c-tor/PRIVATE_ADDR")]
    [InlineData("localhost", "403", "c-tor/PRIVATE_ADDR")]
    [InlineData("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", "403", "c-tor/ENTRYPOLICY")]
    [InlineData("short.onion", "403", "c-tor/ENTRYPOLICY")]
    public async Task Targets_that_the_port_refuses_never_reach_the_client(string host, string status, string failed)
    {
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http(new HttpProxyListenerOptions { AllowOnion = false });
        string tunnel = await AskAsync(port, $"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n");
        string page = await AskAsync(port, $"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", tunnel, StringComparison.Ordinal);
        Assert.Contains($"\r\nTor-Request-Failed: {failed}\r\n", tunnel, StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/1.1 {status} ", page, StringComparison.Ordinal);
        Assert.Empty(port.Opener.Requests);
    }

    [Fact]
    public async Task A_plain_request_reaches_the_server_without_a_trace_of_the_proxy()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string answer = await AskAsync(
            port,
            $"GET {web.Url("/bytes/5?q=1")} HTTP/1.1\r\nHost: web.example:{web.Port}\r\nUser-Agent: test\r\nProxy-Connection: keep-alive\r\n"
            + "Proxy-Authorization: Basic dG9yOmE=\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nVia: 1.1 other\r\nX-Forwarded-For: 1.2.3.4\r\nTor-Stream-Isolation: x\r\n\r\n");

        Assert.Equal(
            $"GET /bytes/5?q=1 HTTP/1.1\r\nHost: web.example:{web.Port}\r\nUser-Agent: test\r\nConnection: close\r\n\r\n", Assert.Single(web.Heads));
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_on_one_connection_go_to_the_hosts_they_name_and_share_streams_where_they_may()
    {
        await using var first = new WebServer();
        await using var second = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        WebServer[] order = [first, first, second, first, first];
        foreach (WebServer web in order)
        {
            await application.SendAsync(Get(web, "/bytes/3000"));
            await ReadAnswerAsync(application, 3000);
        }

        Assert.Equal(4, first.Heads.Count);
        Assert.Single(second.Heads);
        Assert.Equal(2, first.Connections);
        Assert.Equal(3, port.Opener.Requests.Count);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var web = new WebServer();
        await using var other = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        int[] lengths = [1, 70_000, 0, 12];
        await application.SendAsync(string.Concat(lengths.Select((length, i) => Get(i % 2 == 0 ? web : other, $"/bytes/{length}"))));

        foreach (int length in lengths)
        {
            await ReadAnswerAsync(application, length);
        }
    }

    [Theory]
    [InlineData("/chunks/0")]
    [InlineData("/chunks/123456")]
    [InlineData("/until-close/123456")]
    [InlineData("/bytes/1000000")]
    public async Task Bodies_of_every_framing_arrive_whole(string path)
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        using HttpClient client = Client(port);
        int length = int.Parse(path.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(WebServer.Content(length), await client.GetByteArrayAsync(new Uri(web.Url(path))));
        }
    }

    [Fact]
    public async Task Answers_without_bodies_leave_the_connection_usable()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Get(web, "/status/204"));
        Assert.StartsWith("HTTP/1.1 204", await application.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        await application.SendAsync(Get(web, "/status/304"));
        Assert.StartsWith("HTTP/1.1 304", await application.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        await application.SendAsync(Get(web, "/bytes/900").Replace("GET", "HEAD", StringComparison.Ordinal));
        Assert.Contains("Content-Length: 900", await application.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        await application.SendAsync(Get(web, "/bytes/9"));
        await ReadAnswerAsync(application, 9);
        Assert.Equal(1, web.Connections);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 500_000)]
    [InlineData(true, 500_000)]
    public async Task Uploads_stream_with_length_and_in_chunks(bool chunked, int length)
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        using HttpClient client = Client(port);
        for (int i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, web.Url("/echo")) { Content = new ByteArrayContent(WebServer.Content(length)) };
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.ExpectContinue = i == 1;
            using HttpResponseMessage response = await client.SendAsync(request);
            Assert.Equal(WebServer.Content(length), await response.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_kept_stream_that_the_server_closed_meanwhile_is_replaced_unnoticed()
    {
        await using var web = new WebServer { CloseAfter = 1 };
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        for (int i = 0; i < 10; i++)
        {
            await application.SendAsync(Get(web, "/bytes/10"));
            await ReadAnswerAsync(application, 10);
        }

        Assert.Equal(10, web.Connections);
    }

    [Fact]
    public async Task A_request_that_may_not_be_repeated_gets_a_stream_of_its_own()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        using HttpClient client = Client(port);
        await client.GetStringAsync(new Uri(web.Url("/bytes/1")));
        using HttpResponseMessage response = await client.PostAsync(new Uri(web.Url("/echo")), new StringContent("x"));
        Assert.Equal("x", await response.Content.ReadAsStringAsync());
        Assert.Equal(2, port.Opener.Requests.Count);
    }

    [Fact]
    public async Task An_upgrade_becomes_a_tunnel()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Get(web, "/upgrade").Replace("\r\n\r\n", "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n", StringComparison.Ordinal));

        Assert.Contains("Upgrade: echo", await application.ReceiveUntilAsync("\r\n\r\nhello"), StringComparison.Ordinal);
        await application.SendAsync("both ways");
        Assert.Equal("both ways"u8.ToArray(), await application.ReceiveAsync(9));
        Assert.Contains("\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", Assert.Single(web.Heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_switch_that_was_not_asked_for_opens_no_way_to_the_server()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Get(web, "/upgrade"));
        await application.ReceiveUntilAsync("hello");
        await application.SendAsync("for another host");

        await port.Opener.Changes.UntilAsync(() => port.Opener.StreamCount == 1, "the answer goes on");
        await application.DisposeAsync();
        await port.IsQuietAsync();
        Assert.Single(web.Heads);
    }

    [Theory]
    [InlineData("GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET http://a.example/ HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET http://a.example/ HTTP/1.1\nHost: a.example\n\n", "HTTP/1.1 400 ")]
    [InlineData("GET https://a.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n", "")]
    [InlineData("CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nTor-RPC-Target: 1\r\n\r\n", "HTTP/1.1 501 ")]
    [InlineData("GET http://a.example/ HTTP/2.0\r\nHost: a.example\r\n\r\n", "HTTP/1.1 505 ")]
    [InlineData("\x16\x03\x01\x02", "")]
    [InlineData("\x05\x01\x00", "")]
    public async Task Malformed_requests_get_the_right_answer_and_are_closed(string sent, string answer)
    {
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string received = await AskAsync(port, sent + new string('x', 3_000));

        Assert.Equal(answer, received[..Math.Min(received.Length, answer.Length)]);
        Assert.Equal(answer.Length == 0, received.Length == 0);
        Assert.Empty(port.Opener.Requests);
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Heads_at_the_limit_pass_and_beyond_it_do_not()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http(
            Open with { Http = new HttpProxyOptions { MaxHeadLength = 2_000 } });
        string request = Get(web, "/bytes/1").Replace("\r\n\r\n", "\r\nX: ", StringComparison.Ordinal);
        string full = request + new string('x', 2_000 - request.Length - 4) + "\r\n\r\n";
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(full);
        await ReadAnswerAsync(application, 1);

        string longer = await AskAsync(port, full.Replace("X: ", "X: x", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 431 ", longer, StringComparison.Ordinal);
        await using ListenerFixture<HttpProxyListener> usual = ListenerFixture.Http();
        string line = await AskAsync(usual, "GET http://a.example/" + new string('x', 20_000));
        Assert.StartsWith("HTTP/1.1 414 ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connect_only_port_takes_nothing_else()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http(Open with { Http = new HttpProxyOptions { ConnectOnly = true } });

        Assert.StartsWith("HTTP/1.1 405 ", await AskAsync(port, "GET http://a.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("", await AskAsync(port, "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n"));
        string options = await AskAsync(port, "OPTIONS * HTTP/1.1\r\nHost: localhost:8118\r\n\r\n");
        Assert.Contains("Allow: OPTIONS, CONNECT\r\n", options, StringComparison.Ordinal);
        await using Application application = await port.ConnectAsync();
        await application.SendAsync($"CONNECT host.example:{echo.Port} HTTP/1.0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await application.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_and_isolation_headers_isolate_request_by_request()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application application = await port.ConnectAsync();
        string[] headers =
        [
            "", "Proxy-Authorization: Basic dG9yOmE=", "Proxy-Authorization: Basic dG9yOmI=", "Tor-Stream-Isolation: a", "X-Tor-Stream-Isolation: a",
        ];
        foreach (string header in headers.Concat(headers))
        {
            await application.SendAsync(Get(web, "/bytes/1").Replace("\r\n\r\n", header.Length > 0 ? $"\r\n{header}\r\n\r\n" : "\r\n\r\n", StringComparison.Ordinal));
            await ReadAnswerAsync(application, 1);
        }

        Assert.Equal(5, port.Opener.Requests.Select(request => request.Isolation).Distinct().Count());
        Assert.Equal(5, port.Opener.CircuitCount);
        Assert.Empty(port.Log.Warnings);
    }

    [Fact]
    public async Task Family_preferences_are_told_to_the_exit()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        foreach (string family in new[] { "ipv4-preferred", "ipv6-preferred", "ipv4-only", "ipv6-only" })
        {
            await using Application application = await port.ConnectAsync();
            await application.SendAsync($"CONNECT host.example:{echo.Port} HTTP/1.1\r\nHost: host.example:{echo.Port}\r\nTor-Family-Preference: {family}\r\n\r\n");
            await application.ReceiveUntilAsync("\r\n\r\n");
        }

        Assert.Equal(
            [BeginFlags.IPv6Allowed, BeginFlags.IPv6Allowed | BeginFlags.IPv6Preferred, BeginFlags.None, BeginFlags.IPv6Allowed | BeginFlags.IPv4NotAllowed],
            port.Opener.Requests.Select(request => request.Families));
    }

    [Fact]
    public async Task A_response_that_breaks_off_is_seen_to_break_off()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        using HttpClient client = Client(port);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(web.Url("/cut"))));

        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Get(web, "/slow"));
        await application.ReceiveUntilAsync("\r\n\r\nx");
        port.Opener.BreakCircuits();
        Assert.Empty(await application.ReceiveAllAsync());
        Assert.True(application.WasReset);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_a_bad_gateway()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        Assert.StartsWith("HTTP/1.1 502 ", await AskAsync(port, Get(web, "/drop")), StringComparison.Ordinal);
        Assert.Single(web.Heads);
    }

    [Fact]
    public async Task A_malformed_body_is_refused()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string request = Get(web, "/echo").Replace("GET", "POST", StringComparison.Ordinal)
            .Replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n", StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await AskAsync(port, request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_heads_and_idle_connections_are_closed()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http(
            Open with { HandshakeTimeout = TimeSpan.FromMilliseconds(300), KeepAliveTimeout = TimeSpan.FromMilliseconds(300) });
        await using Application slow = await port.ConnectAsync();
        await slow.SendAsync("GET http://");
        await using Application idle = await port.ConnectAsync();
        await idle.SendAsync(Get(web, "/bytes/4"));
        await ReadAnswerAsync(idle, 4);

        Assert.Empty(await slow.ReceiveAllAsync());
        Assert.Empty(await idle.ReceiveAllAsync());
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Applications_that_leave_at_any_point_leave_nothing_behind()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        string[] starts =
        [
            "", "GET ", Get(web, "/slow"), Get(web, "/bytes/3000000"), Get(web, "/bytes/10"),
            Get(web, "/echo").Replace("GET", "POST", StringComparison.Ordinal).Replace("\r\n\r\n", "\r\nContent-Length: 100\r\n\r\nhalf", StringComparison.Ordinal),
            $"CONNECT host.example:{web.Port} HTTP/1.1\r\nHost: host.example:{web.Port}\r\n\r\nGET /slow HTTP/1.1\r\n\r\n",
        ];
        foreach (string start in starts)
        {
            foreach (bool abruptly in new[] { true, false })
            {
                Application application = await port.ConnectAsync();
                await application.SendAsync(start);
                if (start.Length > 4 && !start.Contains("half", StringComparison.Ordinal))
                {
                    await application.ReceiveAsync(1);
                }

                if (abruptly)
                {
                    application.Abort();
                }

                await application.DisposeAsync();
            }
        }

        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Dispose_ends_requests_in_every_state()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        await using Application slow = await port.ConnectAsync();
        await slow.SendAsync(Get(web, "/slow"));
        await slow.ReceiveUntilAsync("\r\n\r\nx");
        await using Application idle = await port.ConnectAsync();
        await idle.SendAsync(Get(web, "/bytes/4"));
        await ReadAnswerAsync(idle, 4);

        await port.Listener.DisposeAsync();
        await port.Listener.DisposeAsync();

        Assert.Empty(await slow.ReceiveAllAsync());
        Assert.Empty(await idle.ReceiveAllAsync());
    }

    [Fact]
    public async Task Two_hundred_requests_at_once_get_their_own_answers()
    {
        await using var web = new WebServer();
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http();
        using HttpClient client = Client(port);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
            Assert.Equal(WebServer.Content(number * 100), await client.GetByteArrayAsync(new Uri(web.Url($"/bytes/{number * 100}", $"h{number % 5}.example"))))));
    }

    private static HttpClient Client(ListenerFixture<HttpProxyListener> port) => new(new SocketsHttpHandler
    {
        Proxy = new System.Net.WebProxy($"http://{port.Listener.LocalEndPoint}"),
        UseProxy = true,
    });

    private static string Get(WebServer web, string path) =>
        $"GET {web.Url(path)} HTTP/1.1\r\nHost: web.example:{web.Port}\r\n\r\n";

    private static async Task ReadAnswerAsync(Application application, int length)
    {
        string head = await application.ReceiveUntilAsync("\r\n\r\n");
        Assert.Equal($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n", head);
        Assert.Equal(WebServer.Content(length), await application.ReceiveAsync(length));
    }

    private static async Task<string> AskAsync(ListenerFixture<HttpProxyListener> port, string request)
    {
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Encoding.Latin1.GetBytes(request));
        return await application.ReceiveTextAsync();
    }
}
