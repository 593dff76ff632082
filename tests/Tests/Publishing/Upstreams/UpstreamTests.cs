using System.Net;
using System.Net.Sockets;
using Tunic.Publishing;
using Tunic.Publishing.Upstreams;
using Tunic.Tests.Node;
using Tunic.Tests.Tor.Client.Listeners.Support;

namespace Tunic.Tests.Publishing.Upstreams;

/// <summary>What a person writes for a server that is there already.</summary>
public sealed class UpstreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:3000", "127.0.0.1:3000", true)]
    [InlineData("http://127.0.0.1:3000/", "127.0.0.1:3000", true)]
    [InlineData("HTTP://localhost:3000", "127.0.0.1:3000", true)]
    [InlineData("http://127.0.0.1", "127.0.0.1:80", true)]
    [InlineData("http://[::1]:8080", "[::1]:8080", true)]
    [InlineData("http://[::1]", "[::1]:80", true)]
    [InlineData("tcp://127.0.0.1:22", "127.0.0.1:22", false)]
    [InlineData("192.0.2.7:22", "192.0.2.7:22", false)]
    [InlineData("3000", "127.0.0.1:3000", false)]
    [InlineData("unix:/run/site.sock", "/run/site.sock", false)]
    public void It_is_an_address_with_a_port_or_a_socket(string text, string target, bool isHttp)
    {
        Upstream upstream = Upstream.Parse(text);

        Assert.Equal((target, isHttp), (upstream.ToString(), upstream.IsHttp));
    }

    [Theory]
    [InlineData("", "no port")]
    [InlineData("0", "no port")]
    [InlineData("65536", "no port")]
    [InlineData("tcp://127.0.0.1", "no port")]
    [InlineData("127.0.0.1:", "no port")]
    [InlineData("127.0.0.1:x", "no port")]
    [InlineData("http://127.0.0.1:0", "no port")]
    [InlineData("http://127.0.0.1:3000/app", "has a path")]
    [InlineData("https://127.0.0.1", "encrypted by themselves")]
    [InlineData("http://site.example:3000", "names are not looked up")]
    [InlineData("ftp://127.0.0.1:21", "has a path")]
    [InlineData("unix:site.sock", "names no socket")]
    [InlineData("unix:", "names no socket")]
    public void Everything_else_is_refused_with_what_to_write(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<PublishingException>(() => Upstream.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_path_of_a_socket_has_a_length_that_the_system_can_take() =>
        Assert.Contains("too long", Assert.Throws<PublishingException>(() => Upstream.Parse("unix:/" + new string('a', 120))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_server_that_is_there_is_found_and_one_that_is_not_is_told_before_anybody_comes()
    {
        using var directory = new TemporaryDirectory();
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound, and nobody listens
        await using TargetServer server = TargetServer.Echo();

        await new Upstream(new IPEndPoint(IPAddress.Loopback, server.Port), IsHttp: false).CheckAsync(Cancel);
        PublishingException refused = await Assert.ThrowsAsync<PublishingException>(() => new Upstream(closed.LocalEndPoint!, IsHttp: true).CheckAsync(Cancel));
        PublishingException missing = await Assert.ThrowsAsync<PublishingException>(() => Upstream.Parse($"unix:{directory["none"]}").CheckAsync(Cancel));

        Assert.Contains("nobody listens there", refused.Message, StringComparison.Ordinal);
        Assert.Contains(directory["none"], missing.Message, StringComparison.Ordinal);
    }
}
