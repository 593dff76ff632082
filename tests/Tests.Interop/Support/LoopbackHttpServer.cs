using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace Tunic.Tests.Interop.Support;

/// <summary>A web server on 127.0.0.1 with answers that a test can predict.</summary>
/// <remarks>
/// GET /files/NAME: what a test put there. GET /bytes/N: N bytes of <see cref="Content"/>. GET /slow/N/MS: N bytes, one each MS milliseconds. POST /upload: the SHA-256 of the body
/// in hexadecimal. POST /echo: the body. GET /headers: the request's headers, a line each. GET /port: the port that the request came from.
/// Anything else: 404.
/// </remarks>
public sealed class LoopbackHttpServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _requests;

    private LoopbackHttpServer(int port, params string[] hosts)
    {
        Port = port;
        foreach (string host in hosts)
        {
            _listener.Prefixes.Add(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}/"));
        }

        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>What /files/NAME answers, by name.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>How many requests have reached it.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public static LoopbackHttpServer Start() => new(LoopbackPorts.Take(), "127.0.0.1", "localhost");

    public string Url(string path) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}{path}");

    /// <summary>The bytes that /bytes/<paramref name="length"/> answers: no two 16-byte blocks of them are equal.</summary>
    public static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        using var aes = Aes.Create();
        aes.Key = new byte[16];
        byte[] blocks = new byte[(length + 15) / 16 * 16];
        for (int block = 0; block < blocks.Length / 16; block++)
        {
            BitConverter.TryWriteBytes(blocks.AsSpan(block * 16), block);
        }

        aes.EncryptEcb(blocks, PaddingMode.None).AsSpan(0, length).CopyTo(content);
        return content;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var answers = new List<Task>();
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context = await _listener.GetContextAsync();
            Interlocked.Increment(ref _requests);
            answers.RemoveAll(answer => answer.IsCompleted);
            answers.Add(Task.Run(() => AnswerAsync(context)));
        }

        await Task.WhenAll(answers);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            string[] words = context.Request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["bytes", string count]:
                    await SendAsync(context, Content(Number(count)));
                    break;
                case ["files", string name] when Files.TryGetValue(name, out byte[]? file):
                    await SendAsync(context, file);
                    break;
                case ["slow", string count, string pause]:
                    await SendSlowlyAsync(context, Content(Number(count)), Number(pause));
                    break;
                case ["upload"]:
                    byte[] digest = await SHA256.HashDataAsync(context.Request.InputStream, _stop.Token);
                    await SendAsync(context, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(digest)));
                    break;
                case ["echo"]:
                    using (var body = new MemoryStream())
                    {
                        await context.Request.InputStream.CopyToAsync(body, _stop.Token);
                        await SendAsync(context, body.ToArray());
                    }

                    break;
                case ["headers"]:
                    string headers = string.Join('\n', context.Request.Headers.AllKeys.Select(key => $"{key}: {context.Request.Headers[key]}"));
                    await SendAsync(context, System.Text.Encoding.UTF8.GetBytes(headers));
                    break;
                case ["port"]:
                    await SendAsync(context, System.Text.Encoding.ASCII.GetBytes(context.Request.RemoteEndPoint.Port.ToString(CultureInfo.InvariantCulture)));
                    break;
                default:
                    context.Response.StatusCode = 404;
                    break;
            }

            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            context.Response.Abort(); // the other side has gone, or the test is over
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private async Task SendAsync(HttpListenerContext context, byte[] body)
    {
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body, _stop.Token);
    }

    private async Task SendSlowlyAsync(HttpListenerContext context, byte[] body, int pause)
    {
        context.Response.ContentLength64 = body.Length;
        for (int sent = 0; sent < body.Length; sent++)
        {
            await context.Response.OutputStream.WriteAsync(body.AsMemory(sent, 1), _stop.Token);
            await context.Response.OutputStream.FlushAsync(_stop.Token);
            await Task.Delay(pause, _stop.Token);
        }
    }
}
