using System.Net;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Socks;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tests.Tor.Client.Listeners;

public sealed class ApplicationRulesTests
{
    private static readonly ApplicationRules NoLoopback = new() { Clients = Policy("reject 127.0.0.0/8") };

    [Theory]
    [InlineData("reject 192.0.2.0/24,accept *", "192.0.2.7", false)]
    [InlineData("reject 192.0.2.0/24,accept *", "198.51.100.7", true)]
    [InlineData("accept 192.0.2.0/24,reject *", "::ffff:192.0.2.7", true)]
    [InlineData("accept 192.0.2.0/24,reject *", "2001:db8::7", false)]
    [InlineData("", "2001:db8::7", true)]
    public void The_first_rule_that_matches_decides_about_a_client(string policy, string client, bool isAccepted) =>
        Assert.Equal(isAccepted, new ApplicationRules { Clients = Policy(policy) }.Accepts(IPAddress.Parse(client)));

    [Fact]
    public async Task A_socks_client_whom_the_policy_rejects_is_closed_before_it_says_anything()
    {
        ApplicationRules rules = NoLoopback;
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new() { RejectInternalAddresses = false, Rules = () => rules });
        await using Application denied = await port.ConnectAsync();
        Assert.Empty(await denied.ReceiveAllAsync());

        rules = ApplicationRules.None; // as when the torrc is read again
        await using TargetServer echo = TargetServer.Echo();
        await using Application accepted = await port.ConnectAsync();
        await accepted.SendAsync(SocksClient.Request5("127.0.0.1", echo.Port));

        Assert.Equal(0, (await accepted.ReceiveAsync(SocksClient.Reply5Length))[3]);
    }

    [Fact]
    public async Task An_http_client_whom_the_policy_rejects_is_closed_before_it_says_anything()
    {
        await using ListenerFixture<HttpProxyListener> port = ListenerFixture.Http(new() { Rules = () => NoLoopback });
        await using Application denied = await port.ConnectAsync();

        Assert.Empty(await denied.ReceiveAllAsync());
    }

    [Theory]
    [InlineData("reject", false)]
    [InlineData("warn", true)]
    public async Task A_plaintext_port_is_refused_or_warned_of(string what, bool isOpened)
    {
        await using TargetServer echo = TargetServer.Echo();
        var ports = new HashSet<int> { echo.Port };
        ApplicationRules rules = what == "warn" ? new() { WarnedPorts = ports } : new() { RejectedPorts = ports };
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new() { RejectInternalAddresses = false, Rules = () => rules });
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5("127.0.0.1", echo.Port));

        byte status = (await application.ReceiveAsync(SocksClient.Reply5Length))[3];

        Assert.Equal(isOpened, status == 0);
        Assert.Equal(what == "warn" ? 1 : 0, port.Log.Warnings.Count(line => line.Contains("commonly used for unencrypted protocols", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task SafeSocks_refuses_an_address_in_binary_as_soon_as_it_holds()
    {
        var rules = new ApplicationRules { RejectsAddresses = true };
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new() { RejectInternalAddresses = false, Rules = () => rules });
        await using Application application = await port.ConnectAsync();
        await application.SendAsync((byte[])[5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, (byte)(echo.Port >> 8), (byte)echo.Port]);

        Assert.NotEqual(0, (await application.ReceiveAsync(4))[3]);
    }

    [Theory]
    [InlineData("host.example", false)]
    [InlineData("127.0.0.1", true)]
    public async Task A_port_without_names_takes_addresses_only(string host, bool isOpened)
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new() { RejectInternalAddresses = false, AllowNames = false });
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5(host, echo.Port));

        Assert.Equal(isOpened, (await application.ReceiveAsync(SocksClient.Reply5Length))[3] == 0);
    }

    [Fact]
    public async Task TestSocks_tells_of_every_request_that_carries_a_name()
    {
        var rules = new ApplicationRules { LogsEveryRequest = true };
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new() { RejectInternalAddresses = false, Rules = () => rules });
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5("localhost.example", echo.Port));
        await application.ReceiveAsync(SocksClient.Reply5Length);

        Assert.Contains(port.Log.All, line => line.EndsWith("instructed Tor to take care of the DNS resolution itself if necessary. This is good.", StringComparison.Ordinal));
    }

    private static ExitPolicy Policy(string text)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy));
        return policy;
    }
}
