using System.Net;
using System.Net.Http.Headers;
using Tunic.Publishing;
using Tunic.Publishing.Sites;

namespace Tunic.Tests.Publishing.Sites;

/// <summary>What visitors of a folder get.</summary>
public sealed class StaticSiteTests
{
    private const string Page = "<p>a page</p>";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/index.html", "text/html; charset=utf-8")]
    [InlineData("/sub/", "text/html; charset=utf-8")]
    [InlineData("/style.css", "text/css; charset=utf-8")]
    [InlineData("/picture.png", "image/png")]
    [InlineData("/module.wasm", "application/wasm")]
    [InlineData("/without", "application/octet-stream")]
    [InlineData("/with%20space%20and%20%C3%A9.txt", "text/plain; charset=utf-8")]
    [InlineData("/100%25.txt?query", "text/plain; charset=utf-8")]
    public async Task A_file_comes_with_its_type(string url, string type)
    {
        await using SiteBench site = await new SiteBench()
            .With("index.html", Page).With("sub/index.html", Page).With("style.css", Page).With("picture.png", Page).With("module.wasm", Page)
            .With("without", Page).With("with space and é.txt", Page).With("100%.txt", Page).StartAsync();

        using HttpResponseMessage answer = await site.Visitor.GetAsync(url, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Page, await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("/sub", "/sub/")]
    [InlineData("/sub?q=1", "/sub/?q=1")]
    [InlineData("/a%20b", "/a%20b/")]
    public async Task A_folder_without_its_slash_leads_to_itself_without_a_name_of_a_machine(string url, string location)
    {
        await using SiteBench site = await new SiteBench().With("sub/index.html").With("a b/index.html").StartAsync();

        using HttpResponseMessage answer = await site.Visitor.GetAsync(url, Cancel);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(location, answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_folder_without_an_index_is_not_listed()
    {
        await using SiteBench site = await new SiteBench().With("files/secret-name.txt").StartAsync();

        using HttpResponseMessage answer = await site.Visitor.GetAsync("/files/", Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 3, "cont")]
    [InlineData(4, null, "ent")]
    [InlineData(null, 2, "nt")]
    [InlineData(0, 100, "content")]
    public async Task A_part_is_given_to_who_asks_for_one(int? from, int? to, string part)
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { Range = new RangeHeaderValue(from, to) } };

        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(part, await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(7, answer.Content.Headers.ContentRange?.Length);
    }

    [Fact]
    public async Task A_part_that_is_not_there_is_refused_with_the_length_that_is()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { Range = new RangeHeaderValue(7, null) } };

        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal(7, answer.Content.Headers.ContentRange?.Length);
    }

    [Fact]
    public async Task A_download_is_resumed_while_the_file_is_the_same_and_begun_again_when_it_is_another()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using HttpResponseMessage whole = await site.Visitor.GetAsync("/file", Cancel);

        Assert.Equal("tent", await ResumeAsync(site, whole.Headers.ETag!, HttpStatusCode.PartialContent));
        site.With("file", "another");
        File.SetLastWriteTimeUtc(Path.Combine(site.Root, "file"), DateTime.UnixEpoch.AddDays(1));
        Assert.Equal("another", await ResumeAsync(site, whole.Headers.ETag!, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Who_has_a_file_already_is_told_that_it_has_not_changed()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using HttpResponseMessage first = await site.Visitor.GetAsync("/file", Cancel);
        using var byTag = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var byTime = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { IfModifiedSince = first.Content.Headers.LastModified } };

        using HttpResponseMessage same = await site.Visitor.SendAsync(byTag, Cancel);
        using HttpResponseMessage old = await site.Visitor.SendAsync(byTime, Cancel);

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.NotModified), (same.StatusCode, old.StatusCode));
        Assert.Empty(await same.Content.ReadAsByteArrayAsync(Cancel));
        Assert.True(first.Headers.CacheControl?.NoCache);
    }

    [Fact]
    public async Task A_file_may_be_kept_for_as_long_as_the_owner_says()
    {
        using var folder = new Tunic.Tests.Node.TemporaryDirectory();
        await File.WriteAllTextAsync(folder["file"], "content", Cancel);
        await using SiteBench site = await new SiteBench().StartAsync(new StaticSiteOptions { Folder = folder.FullPath, MaxAge = TimeSpan.FromMinutes(5) });

        using HttpResponseMessage answer = await site.Visitor.GetAsync("/file", Cancel);

        Assert.Equal(TimeSpan.FromMinutes(5), answer.Headers.CacheControl?.MaxAge);
    }

    [Fact]
    public async Task HEAD_gets_what_GET_gets_without_the_content()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/file");

        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.OK, 7L), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Whoever_wants_to_change_something_is_told_what_there_is(string method)
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/file");

        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task What_is_not_there_gets_the_page_that_the_owner_has_for_it()
    {
        await using SiteBench site = await new SiteBench().With("404.html", Page).StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nothing") { Headers = { Range = new RangeHeaderValue(0, 3) } };

        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(Page, await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task No_answer_tells_of_the_machine()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();

        foreach (string request in new[] { "GET /file", "GET /nothing", "GET /%00", "BAD", "GET /" + new string('a', 10_000), "POST /file" })
        {
            (_, string answer) = await site.AskAsync(request);
            Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(site.Root, answer, StringComparison.Ordinal);
            Assert.DoesNotContain(Environment.MachineName, answer, StringComparison.Ordinal);
            Assert.DoesNotContain(" at Tunic", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_more_connections_are_served_at_once_than_the_limit_says()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync(limits: new SiteServerOptions { MaxConnections = 2 });
        await using Stream one = await site.ConnectAsync();
        await one.WriteAsync("GET /file HTTP/1.1\r\n"u8.ToArray(), Cancel);
        await using Stream two = await site.ConnectAsync();
        await two.WriteAsync("GET /file HTTP/1.1\r\n"u8.ToArray(), Cancel);

        await using Stream beyond = await site.ConnectAsync();

        Assert.Equal(0, await beyond.ReadAsync(new byte[1], Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        await two.WriteAsync("Host: x\r\n\r\n"u8.ToArray(), Cancel);
        Assert.NotEqual(0, await two.ReadAsync(new byte[1], Cancel));
        Assert.Equal(1, site.Requests);
    }

    [Fact]
    public async Task A_server_that_cannot_listen_says_why_and_one_that_is_not_waited_for_leaves_nothing()
    {
        await using SiteBench site = new();
        var page = new StaticSite(new StaticSiteOptions { Folder = site.Root });
        using var impatient = new CancellationTokenSource();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await Assert.ThrowsAsync<PublishingException>(() => SiteServer.StartAsync(page, _ => throw new PublishingException("why"), null, null, Cancel));
        Task<SiteServer> starting = SiteServer.StartAsync(
            page,
            async cancel =>
            {
                asked.SetResult();
                await Task.Delay(Timeout.Infinite, cancel);
                throw new InvalidOperationException("not reached");
            },
            null,
            null,
            impatient.Token);
        await asked.Task;
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task A_header_that_is_too_long_is_refused()
    {
        await using SiteBench site = await new SiteBench().With("file").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/file") { Headers = { { "X-Long", new string('a', 20_000) } } };

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await site.Visitor.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task No_file_stays_open_behind_an_answer()
    {
        await using SiteBench site = await new SiteBench().With("file", new string('a', 1_000_000)).With("404.html").StartAsync();
        string version = (await site.Visitor.GetAsync("/file", Cancel)).Headers.ETag!.Tag;
        foreach (string request in new[] { "GET /file", "HEAD /file", "GET /nothing", $"GET /file HTTP/1.1\r\nIf-None-Match: {version}\r\nX:", "GET /file HTTP/1.1\r\nRange: bytes=9999999-\r\nX:" })
        {
            await site.AskAsync(request);
        }

        await using (Stream visit = await site.ConnectAsync())
        {
            await visit.WriteAsync("GET /file HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancel);
            await visit.ReadExactlyAsync(new byte[1000], Cancel); // and goes in the middle
        }

        await Simulation.Eventually.HoldsAsync(() => !new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Any(
            open => open.LinkTarget?.StartsWith(site.Root + '/', StringComparison.Ordinal) == true));
    }

    [Theory]
    [InlineData("", "No folder")]
    [InlineData("/nowhere/at/all", "cannot be opened")]
    [InlineData("/etc/passwd", "is no folder")]
    [InlineData("/dev/null", "is no folder")]
    public void A_folder_that_cannot_be_published_is_refused_with_what_to_do(string folder, string sentence)
    {
        PublishingException failure = Assert.Throws<PublishingException>(() => new StaticSite(new StaticSiteOptions { Folder = folder }));

        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Contains("give the path", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_there_is_a_first_page_is_known_before_anybody_comes()
    {
        await using SiteBench site = new();
        Assert.False(new StaticSite(new StaticSiteOptions { Folder = site.Root }).HasIndex);
        site.With("index.html");
        Assert.True(new StaticSite(new StaticSiteOptions { Folder = site.Root }).HasIndex);
    }

    private static async Task<string> ResumeAsync(SiteBench site, EntityTagHeaderValue version, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/file")
        {
            Headers = { Range = new RangeHeaderValue(3, null), IfRange = new RangeConditionHeaderValue(version) },
        };
        using HttpResponseMessage answer = await site.Visitor.SendAsync(request, Cancel);
        Assert.Equal(expected, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }
}
