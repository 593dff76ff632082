using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Tunic.Primitives.Overlay;
using Tunic.Tests.Publishing.Support;

namespace Tunic.Tests.Publishing.Transport;

/// <summary>Kestrel on an address in memory.</summary>
public sealed class OnionWebHostTests
{
    private const int Megabyte = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_megabyte_comes_and_goes_through_one_connection_after_the_other()
    {
        byte[] content = Content(Megabyte);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapPost("/echo", async (HttpContext context) =>
        {
            context.Response.ContentLength = context.Request.ContentLength;
            await context.Request.Body.CopyToAsync(context.Response.Body, Cancel);
        }));
        using HttpClient visitor = host.CreateVisitor();

        for (int visit = 0; visit < 3; visit++)
        {
            using HttpResponseMessage answer = await visitor.PostAsync("/echo", new ByteArrayContent(content), Cancel);
            Assert.Equal(content, await answer.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Fact]
    public async Task The_last_byte_of_an_answer_arrives_when_the_server_closes_behind_it()
    {
        byte[] content = Content((3 * Megabyte) + 1);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            context.Response.Headers.Connection = "close"; // no length: the end of the stream is the end of the answer
            await context.Response.Body.WriteAsync(content, Cancel);
        }));
        using HttpClient visitor = host.CreateVisitor();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version10 };

        using HttpResponseMessage answer = await visitor.SendAsync(request, Cancel);

        Assert.Equal(content, await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task The_application_learns_no_address_and_the_visitor_no_name_of_the_server()
    {
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", (HttpContext context) =>
            $"{context.Connection.RemoteIpAddress}{context.Connection.RemotePort}{context.Connection.LocalIpAddress}{context.Connection.LocalPort}"));
        using HttpClient visitor = host.CreateVisitor();

        using HttpResponseMessage answer = await visitor.GetAsync("/", Cancel);

        Assert.Equal("00", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.Equal([$"http://{host.Address}"], host.Urls); // and no port of this machine is open
    }

    [Fact]
    public async Task Middleware_that_looks_at_addresses_works_without_one()
    {
        await using OnionHost host = await OnionHost.StartAsync(
            app =>
            {
                app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All });
                app.UseHttpLogging();
                app.UseHostFiltering();
                app.MapGet("/", () => "page");
            },
            builder =>
            {
                builder.Services.AddHttpLogging(_ => { });
                builder.Services.AddHostFiltering((HostFilteringOptions options) => options.AllowedHosts.Add("*.onion"));
            });
        using HttpClient visitor = host.CreateVisitor();
        visitor.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");

        Assert.Equal("page", await visitor.GetStringAsync("/", Cancel));
    }

    [Fact]
    public async Task A_request_is_aborted_when_its_visitor_goes()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            await using CancellationTokenRegistration registration = context.RequestAborted.Register(aborted.SetResult);
            begun.SetResult();
            await aborted.Task;
        }));
        await using Stream visit = await OnionHost.Overlay.ConnectAsync(host.Address, IsolationKey.None, Cancel);
        await visit.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancel);
        await begun.Task.WaitAsync(OnionVisitor.Limit, Cancel);

        await visit.DisposeAsync();

        await aborted.Task.WaitAsync(OnionVisitor.Limit, Cancel);
    }

    [Fact]
    public async Task A_connection_that_the_application_aborts_ends_at_the_visitor_although_he_reads_nothing()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", async (HttpContext context) =>
        {
            try
            {
                _ = Task.Run(context.Abort, Cancel); // while the answer waits for a visitor who does not read
                while (true)
                {
                    await context.Response.Body.WriteAsync(new byte[Megabyte], context.RequestAborted);
                }
            }
            finally
            {
                ended.SetResult();
            }
        }));
        await using Stream visit = await OnionHost.Overlay.ConnectAsync(host.Address, IsolationKey.None, Cancel);
        await visit.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancel);

        await ended.Task.WaitAsync(OnionVisitor.Limit, Cancel);
        await visit.CopyToAsync(Stream.Null, Cancel).WaitAsync(OnionVisitor.Limit, Cancel);
    }

    [Fact]
    public async Task What_is_being_answered_when_the_host_stops_is_answered_to_the_end()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", async () =>
        {
            begun.SetResult();
            await goOn.Task;
            return "page";
        }));
        using HttpClient visitor = host.CreateVisitor();
        Task<string> page = visitor.GetStringAsync("/", Cancel);
        await begun.Task.WaitAsync(OnionVisitor.Limit, Cancel);

        Task stopping = host.StopAsync(Cancel);
        goOn.SetResult();

        Assert.Equal("page", await page);
        await stopping.WaitAsync(OnionVisitor.Limit, Cancel);
        await Assert.ThrowsAnyAsync<Exception>(() => OnionHost.Overlay.ConnectAsync(host.Address, IsolationKey.None, Cancel));
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_connections_on_which_nothing_happens()
    {
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapGet("/", () => "page"));
        await using Stream idle = await OnionHost.Overlay.ConnectAsync(host.Address, IsolationKey.None, Cancel);

        await host.StopAsync(Cancel).WaitAsync(OnionVisitor.Limit, Cancel);

        Assert.Equal(0, await idle.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task A_visitor_who_sends_more_than_the_application_takes_waits()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using OnionHost host = await OnionHost.StartAsync(app => app.MapPost("/", async (HttpContext context) =>
        {
            await goOn.Task;
            await context.Request.Body.CopyToAsync(Stream.Null, Cancel);
        }));
        using HttpClient visitor = host.CreateVisitor();
        Task<HttpResponseMessage> posting = visitor.PostAsync("/", new ByteArrayContent(new byte[8 * Megabyte]), Cancel);

        goOn.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await posting).StatusCode);
    }

    private static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(number => (byte)(number * 7 / 5))];
}
