using System.Text;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tests.Tor.Protocol.Socks;

public sealed class HttpUpgradeTests
{
    private static readonly HttpProxyOptions Options = new();

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\n", true)]
    [InlineData("Connection: keep-alive, upgrade\r\nUpgrade: websocket\r\n", true)]
    [InlineData("Upgrade: websocket\r\n", false)]
    [InlineData("Connection: Upgrade\r\n", false)]
    [InlineData("Connection: Upgrade, close\r\nUpgrade: websocket\r\n", false)]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", false)]
    public void An_upgrade_is_offered_to_the_server_only_when_it_can_be_followed(string headers, bool offered)
    {
        HttpProxyRequest request = Read(headers);
        string head = Encoding.Latin1.GetString(request.OriginHead.Span);

        Assert.Equal(offered, request.OffersUpgrade);
        Assert.Equal(offered, head.EndsWith("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", StringComparison.Ordinal));
        Assert.Equal(offered, head.Contains("Upgrade", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", true, HttpResponseOutcome.Switching)]
    [InlineData("HTTP/1.1 101\r\n\r\n", true, HttpResponseOutcome.Switching)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", false, HttpResponseOutcome.Opaque)]
    [InlineData("HTTP/1.0 101 Switching Protocols\r\n\r\n", true, HttpResponseOutcome.Opaque)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n", true, HttpResponseOutcome.NeedMore)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, HttpResponseOutcome.Head)]
    public void A_switch_is_believed_only_when_it_was_offered(string response, bool offered, HttpResponseOutcome outcome)
    {
        HttpProxyRequest request = Read(offered ? "Connection: Upgrade\r\nUpgrade: websocket\r\n" : "");
        Assert.Equal(outcome, HttpResponseHead.Read(Encoding.Latin1.GetBytes(response), request, Options, out _, out int consumed));
        Assert.Equal(outcome == HttpResponseOutcome.Head ? response.Length : 0, consumed);
    }

    private static HttpProxyRequest Read(string headers) =>
        HttpProxyHead.Read(Encoding.Latin1.GetBytes($"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n{headers}\r\n"), Options).Request!;
}
