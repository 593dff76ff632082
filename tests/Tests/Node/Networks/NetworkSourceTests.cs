using Tunic.Tor.Network.NetworkDirectory.Profiles;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Node.Networks;
using Tunic.Node.Processes;

namespace Tunic.Tests.Node.Networks;

/// <summary>A network file that is fetched over HTTP.</summary>
public sealed class NetworkSourceTests : IAsyncDisposable
{
    private static readonly string Fingerprint = new('A', 64);

    private readonly TcpListener _web = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;
    private int _requests;

    public NetworkSourceTests() => _web.Start();

    [Fact]
    public async Task A_file_comes_by_its_address_without_the_fingerprint_behind_it()
    {
        Serve(_ => Answer("200 OK", "the file"));
        NetworkSource source = NetworkSource.Parse($"{Url("/a.tunic-network")}#{Fingerprint}");

        Assert.Equal("the file", Encoding.ASCII.GetString(await source.ReadAsync(CancellationToken.None)));
        Assert.NotNull(source.Fingerprint);
        Assert.True(source.IsRemote);
    }

    [Fact]
    public async Task A_redirection_is_followed_and_an_endless_one_is_given_up()
    {
        Serve(line => line.Contains("/moved", StringComparison.Ordinal) ? Redirect("/file")
            : line.Contains("/file", StringComparison.Ordinal) ? Answer("200 OK", "moved file")
            : Redirect("/round"));

        Assert.Equal("moved file", Encoding.ASCII.GetString(await new NetworkSource(Url("/moved"), null).ReadAsync(CancellationToken.None)));
        _requests = 0;
        await FailsAsync(new NetworkSource(Url("/round"), null));
        Assert.InRange(_requests, 2, 10);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_long_is_not_read_to_its_end(bool statesLength)
    {
        string body = new('x', NetworkFileCodec.MaxLength + 1);
        Serve(_ => statesLength ? Answer("200 OK", body) : $"HTTP/1.0 200 OK\r\n\r\n{body}");

        await FailsAsync(new NetworkSource(Url("/long"), null));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for()
    {
        Serve(_ => "");
        var clock = Stopwatch.StartNew();

        await FailsAsync(new NetworkSource(Url("/silent"), null) { FetchLimit = TimeSpan.FromMilliseconds(50) });

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_no_address_is_one_clear_sentence()
    {
        Serve(_ => Answer("404 Not Found", "no"));

        Assert.Contains("404", (await FailsAsync(new NetworkSource(Url("/none"), null))).Message, StringComparison.Ordinal);
        await FailsAsync(new NetworkSource("http://[", null));
        await FailsAsync(new NetworkSource("https://", null));
        Assert.Throws<CommandException>(() => NetworkSource.Parse("http://example.org/file#ABCD"));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _web.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static Task<CommandException> FailsAsync(NetworkSource source) =>
        Assert.ThrowsAsync<CommandException>(() => source.ReadAsync(CancellationToken.None));

    private static string Answer(string status, string body) => $"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

    private static string Redirect(string path) => $"HTTP/1.1 302 Found\r\nLocation: {path}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    private string Url(string path) => $"http://{_web.LocalEndpoint}{path}";

    /// <summary>Answers each connection with what <paramref name="answer"/> makes of its first bytes; nothing leaves the asker waiting.</summary>
    private void Serve(Func<string, string> answer) => _serving = Task.Run(async () =>
    {
        var visitors = new List<Socket>();
        try
        {
            while (true)
            {
                Socket visitor = await _web.AcceptSocketAsync(_stop.Token);
                visitors.Add(visitor);
                Interlocked.Increment(ref _requests);
                var head = new byte[4096];
                int count = await visitor.ReceiveAsync(head, _stop.Token);
                string text = answer(Encoding.ASCII.GetString(head, 0, count));
                if (text.Length > 0)
                {
                    await SendAsync(visitor, text);
                    visitor.Dispose();
                }
            }
        }
        finally
        {
            visitors.ForEach(visitor => visitor.Dispose());
        }
    });

    private async Task SendAsync(Socket visitor, string text)
    {
        try
        {
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            for (int sent = 0; sent < bytes.Length;)
            {
                sent += await visitor.SendAsync(bytes.AsMemory(sent), _stop.Token);
            }
        }
        catch (SocketException)
        {
            // the asker has read enough
        }
    }
}
