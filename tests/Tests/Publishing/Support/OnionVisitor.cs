using System.Net;
using System.Text;
using Tunic.Primitives.Overlay;

namespace Tunic.Tests.Publishing.Support;

/// <summary>Visits an address in an overlay, as HTTP or byte by byte.</summary>
internal static class OnionVisitor
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    internal static HttpClient CreateClient(IOverlay overlay, HostAndPort address) => new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancel) => await overlay.ConnectAsync(address, IsolationKey.None, cancel),
        })
    {
        BaseAddress = new Uri($"http://{address.Host}:{address.Port}"),
        Timeout = Limit,
    };

    /// <summary>Sends a request line as it is, which <see cref="HttpClient"/> would clean, and reads the whole answer.</summary>
    internal static async Task<(HttpStatusCode Status, string Answer)> AskAsync(IOverlay overlay, HostAndPort address, string requestLine)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using Stream stream = await overlay.ConnectAsync(address, IsolationKey.None, limit.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{requestLine} HTTP/1.1\r\nHost: {address.Host}\r\nConnection: close\r\n\r\n"), limit.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string answer = await reader.ReadToEndAsync(limit.Token);
        return ((HttpStatusCode)int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer);
    }
}
