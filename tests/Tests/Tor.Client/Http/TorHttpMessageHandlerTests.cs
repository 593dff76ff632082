using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tests.Tor.Client.Http;

public sealed class TorHttpMessageHandlerTests
{
    [Fact]
    public async Task Each_host_has_circuits_of_its_own_and_each_handler_too()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        for (int handler = 0; handler < 2; handler++)
        {
            using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
            foreach (string host in new[] { "a.example", "b.example", "A.example" })
            {
                Assert.Equal(WebServer.Content(2_000), await http.GetByteArrayAsync(new Uri(web.Url("/bytes/2000", host))));
            }
        }

        Assert.Equal(["a.example", "b.example", "a.example", "b.example"], opener.Requests.Select(request => request.Target.Host));
        Assert.Equal(4, opener.Requests.Select(request => request.Isolation).Distinct().Count());
        Assert.All(opener.Requests, request => Assert.False(request.ContinueInline));
    }

    [Fact]
    public async Task Connections_are_pooled_and_closed_with_the_handler()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        using (var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener))))
        {
            for (int i = 0; i < 5; i++)
            {
                await http.GetStringAsync(new Uri(web.Url("/chunks/5000")));
            }

            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetByteArrayAsync(new Uri(web.Url("/bytes/30000")))));
        }

        Assert.InRange(web.Connections, 1, 20);
        await opener.Changes.UntilAsync(() => opener.StreamCount == 0 && opener.ExitSocketCount == 0, "streams are left open");
    }

    [Fact]
    public async Task Redirects_and_cookies_work_and_stay_with_their_host()
    {
        await using var second = new TargetServer((stream, cancel) => AnswerAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", cancel));
        await using var first = new TargetServer((stream, cancel) => AnswerAsync(
            stream, $"HTTP/1.1 302 Found\r\nLocation: http://second.example:{second.Port}/\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n", cancel));
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));

        Assert.Equal("ok", await http.GetStringAsync(new Uri($"http://first.example:{first.Port}/")));
        Assert.Equal(2, opener.Requests.Select(request => request.Isolation).Distinct().Count());
    }

    [Fact]
    public async Task Https_checks_the_certificate_and_fetches_nothing()
    {
        using X509Certificate2 certificate = CreateCertificate("secure.example");
        await using var web = new TargetServer(async (stream, cancel) =>
        {
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancel);
            await AnswerAsync(secure, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", cancel);
        });
        await using var opener = new LoopbackOpener();
        var address = new Uri($"https://secure.example:{web.Port}/");
        using var strict = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.GetStringAsync(address));

        var handler = new TorHttpMessageHandler(new TunicOverlay(opener));
        X509ChainPolicy policy = handler.Tls.CertificateChainPolicy!;
        Assert.True(policy.DisableCertificateDownloads);
        Assert.Equal(X509RevocationMode.NoCheck, policy.RevocationMode);
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.Add(certificate);
        using var trusting = new HttpClient(handler);
        Assert.Equal("ok", await trusting.GetStringAsync(address));
        await Assert.ThrowsAsync<HttpRequestException>(() => trusting.GetStringAsync(new Uri($"https://other.example:{web.Port}/")));
    }

    [Theory]
    [InlineData(HttpVersionPolicy.RequestVersionExact)]
    [InlineData(HttpVersionPolicy.RequestVersionOrHigher)]
    public async Task Http3_is_refused_where_it_is_demanded(HttpVersionPolicy policy)
    {
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://a.example/") { Version = HttpVersion.Version30, VersionPolicy = policy };

        await Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request));
        Assert.Empty(opener.Requests);
    }

    [Theory]
    [InlineData(3, HttpVersionPolicy.RequestVersionOrLower)]
    [InlineData(1, HttpVersionPolicy.RequestVersionOrHigher)]
    public async Task Http3_is_not_tried_where_it_is_allowed(int version, HttpVersionPolicy policy)
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url("/bytes/1")) { Version = new Version(version, version == 1 ? 1 : 0), VersionPolicy = policy };

        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersionPolicy.RequestVersionOrLower, request.VersionPolicy);
        Assert.InRange(request.Version.Major, 1, 2);
    }

    [Fact]
    public async Task No_trace_header_is_sent()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        using var activity = new Activity("test");
        activity.SetIdFormat(ActivityIdFormat.W3C).Start();
        await http.GetStringAsync(new Uri(web.Url("/bytes/1")));
        Assert.DoesNotContain("traceparent", Assert.Single(web.Heads), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Failures_carry_their_kind()
    {
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        opener.BeforeOpen = (_, _) => throw new StreamException(ErrorKind.RemoteRefused, EndReason.ExitPolicy, "no exit goes there");

        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(new Uri("http://a.example/")));
        Assert.Equal(ErrorKind.RemoteRefused, Assert.IsAssignableFrom<TunicException>(failure.InnerException).Kind);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_no_stream()
    {
        await using var web = new WebServer();
        await using var opener = new LoopbackOpener();
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(opener)));
        using var cancel = new CancellationTokenSource();
        using HttpResponseMessage response = await http.GetAsync(new Uri(web.Url("/slow")), HttpCompletionOption.ResponseHeadersRead, cancel.Token);
        Task<byte[]> reading = response.Content.ReadAsByteArrayAsync(cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await opener.Changes.UntilAsync(() => opener.StreamCount == 0 && opener.ExitSocketCount == 0, "streams are left open");
    }

    [Fact]
    public void Blocking_calls_are_refused()
    {
        using var http = new HttpClient(new TorHttpMessageHandler(new TunicOverlay(new LoopbackOpener())));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.example/");
        Assert.Throws<NotSupportedException>(() => http.Send(request));
    }

    [Theory]
    [InlineData("a b.example", 80)]
    [InlineData("", 80)]
    [InlineData("a.example\0", 80)]
    [InlineData("a.example", 0)]
    public async Task The_overlay_refuses_what_is_no_target(string host, int port)
    {
        await using var opener = new LoopbackOpener();
        await Assert.ThrowsAsync<ArgumentException>(
            () => new TunicOverlay(opener).ConnectAsync(new HostAndPort(host, (ushort)port), IsolationKey.None, CancellationToken.None));
        Assert.Empty(opener.Requests);
    }

    private static async Task AnswerAsync(Stream stream, string answer, CancellationToken cancel)
    {
        var request = new byte[4096];
        if (await stream.ReadAsync(request, cancel) > 0)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancel);
        }
    }

    private static X509Certificate2 CreateCertificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
