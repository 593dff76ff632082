using System.Net;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Listeners.Socks;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Client.Listeners;

public sealed class SocksListenerTests
{
    private const string GoodOnion = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"; // rend-spec-v3, "Encoding onion addresses"
    private const byte Resolve = 0xF0;
    private const byte ResolvePtr = 0xF1;

    private static readonly SocksListenerOptions Open = new() { RejectInternalAddresses = false };

    public static TheoryData<string> Versions => ["4", "4a", "5 name", "5 address", "5 user"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_reaches_the_target_with_the_handshake_cut_at_every_byte(string version)
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        byte[] request = Request(version, echo.Port);
        int replyLength = ReplyLength(version);
        byte[] sent = [.. request, .. "data at once"u8];

        for (int cut = 0; cut <= sent.Length; cut++)
        {
            await using Application application = await port.ConnectAsync();
            await application.SendAsync(sent.AsMemory(0, cut));
            await Task.Yield();
            await application.SendAsync(sent.AsMemory(cut));

            byte[] reply = await application.ReceiveAsync(replyLength);
            Assert.Equal(version.StartsWith('4') ? 0x5A : 0, reply[version.StartsWith('4') ? 1 : replyLength - 9]);
            Assert.Equal("data at once"u8.ToArray(), await application.ReceiveAsync(12));
        }

        await port.IsQuietAsync();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_is_understood_byte_by_byte(string version)
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using Application application = await port.ConnectAsync();
        foreach (byte one in Request(version, echo.Port))
        {
            await application.SendAsync(new[] { one });
        }

        await application.ReceiveAsync(ReplyLength(version));
        await application.SendAsync("later"u8.ToArray());
        Assert.Equal("later"u8.ToArray(), await application.ReceiveAsync(5));
    }

    [Fact]
    public async Task Much_data_sent_before_the_stream_is_open_arrives_whole()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        var go = new TaskCompletionSource();
        port.Opener.BeforeOpen = (_, cancel) => go.Task.WaitAsync(cancel);
        var data = new byte[300_000];
        new Random(1).NextBytes(data);
        await using Application application = await port.ConnectAsync();
        Task sending = application.SendAsync((byte[])[.. SocksClient.Request5("host.example", echo.Port), .. data]);
        await port.Opener.Changes.UntilAsync(() => port.Opener.Requests.Count == 1, "the stream is asked for");
        go.SetResult();

        await application.ReceiveAsync(SocksClient.Reply5Length);
        Assert.Equal(data, await application.ReceiveAsync(data.Length));
        await sending;
    }

    [Fact]
    public async Task The_end_of_the_target_ends_the_application_after_its_data()
    {
        await using var target = new TargetServer(async (stream, cancel) => await stream.WriteAsync(new byte[1_000_000], cancel));
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5("host.example", target.Port));

        Assert.Equal(SocksClient.Reply5Length + 1_000_000, (await application.ReceiveAllAsync()).Length);
        await port.IsQuietAsync();
    }

    // reasons.c, stream_end_reason_to_socks5_response
    [Theory]
    [InlineData(EndReason.Misc, 1)]
    [InlineData(EndReason.ResolveFailed, 4)]
    [InlineData(EndReason.ConnectRefused, 5)]
    [InlineData(EndReason.ExitPolicy, 2)]
    [InlineData(EndReason.Destroy, 1)]
    [InlineData(EndReason.Done, 5)]
    [InlineData(EndReason.Timeout, 6)]
    [InlineData(EndReason.NoRoute, 4)]
    [InlineData(EndReason.Hibernating, 1)]
    [InlineData(EndReason.Internal, 1)]
    [InlineData(EndReason.ResourceLimit, 1)]
    [InlineData(EndReason.ConnectionReset, 5)]
    [InlineData(EndReason.TorProtocol, 1)]
    public async Task The_reply_says_why_the_stream_ended(EndReason reason, byte status)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        port.Opener.BeforeOpen = (_, _) => throw new StreamException(ErrorKind.RemoteRefused, reason, "test");

        Assert.Equal(Failed5(status), await AskAsync(port, SocksClient.Request5("host.example", 80)));
        Assert.Equal(Failed4, await AskAsync(port, SocksClient.Request4a("host.example", 80)));
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task A_closed_port_of_the_target_is_refused()
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        Assert.Equal(Failed5(5), await AskAsync(port, SocksClient.Request5("host.example", 1)));
    }

    [Theory]
    [InlineData(ErrorKind.RemoteRefused, 1)] // no exit takes the port: stock says a general error
    [InlineData(ErrorKind.NotReady, 3)]
    [InlineData(ErrorKind.Timeout, 6)]
    [InlineData(ErrorKind.LimitReached, 1)]
    [InlineData(ErrorKind.RemoteUnreachable, 1)]
    [InlineData(ErrorKind.ShuttingDown, 1)]
    public async Task The_reply_says_why_there_is_no_circuit(ErrorKind kind, byte status)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        port.Opener.BeforeOpen = (_, _) => throw new CircuitEndedException(kind, "test");
        Assert.Equal(Failed5(status), await AskAsync(port, SocksClient.Request5("host.example", 80)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("0.0.0.0")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("::1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("printer.local")]
    public async Task Private_targets_are_refused_and_allowed_in_private_networks(string host)
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> strict = ListenerFixture.Socks(new SocksListenerOptions());
        await using ListenerFixture<SocksListener> open = ListenerFixture.Socks();

        Assert.Equal(Failed5(1), await AskAsync(strict, SocksClient.Request5(host, echo.Port)));
        Assert.Empty(strict.Opener.Requests);
        Assert.Contains(strict.Log.Warnings, line => line.Contains("private address", StringComparison.Ordinal) && !line.Contains(host, StringComparison.Ordinal));

        await using Application application = await open.ConnectAsync();
        await application.SendAsync(SocksClient.Request5(host, echo.Port));
        Assert.Equal(0, (await application.ReceiveAsync(SocksClient.Reply5Length))[3]);
    }

    [Theory]
    [InlineData("11.0.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2001:db8::1")]
    [InlineData("local.example")]
    public async Task Public_targets_are_not_private(string host)
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new SocksListenerOptions());
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5(host, echo.Port));
        Assert.Equal(0, (await application.ReceiveAsync(SocksClient.Reply5Length))[3]);
    }

    [Theory]
    [InlineData(GoodOnion, false, 2)]
    [InlineData(GoodOnion, true, 2)]
    [InlineData("www." + GoodOnion, true, 2)]
    [InlineData("qg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", false, 1)]
    [InlineData("qg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", true, 0xF6)]
    [InlineData("expyuzz4wqqyqhjn.onion", true, 0xF6)]
    [InlineData("x.onion", true, 0xF6)]
    [InlineData("x.onion", false, 1)]
    public async Task A_port_that_takes_no_onion_names_refuses_them(string host, bool extendedErrors, byte status)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(Open with { ExtendedErrors = extendedErrors, AllowOnion = false });

        Assert.Equal(Failed5(status), await AskAsync(port, SocksClient.Request5(host, 80)));
        Assert.Equal(Failed5(4), await AskAsync(port, SocksClient.Request5(host, 0, Resolve)));
        Assert.Empty(port.Opener.Requests);
        Assert.Empty(port.Opener.Lookups);
    }

    [Fact]
    public async Task Onion_names_reach_a_client_that_takes_them()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(Open);
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(SocksClient.Request5(GoodOnion, echo.Port));
        Assert.Equal(0, (await application.ReceiveAsync(SocksClient.Reply5Length))[3]);
        Assert.Equal(GoodOnion, Assert.Single(port.Opener.Requests).Target.Host);
    }

    [Theory]
    [InlineData("-host.example")]
    [InlineData("ho st.example")]
    [InlineData("host..example")]
    [InlineData("host.exit")]
    [InlineData("127.1")]
    [InlineData("")]
    public async Task Names_that_no_exit_would_take_are_refused(string host)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        Assert.Equal(Failed5(1), await AskAsync(port, SocksClient.Request5(host, 80)));
        Assert.Empty(port.Opener.Requests);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.0 501 Tor is not an HTTP Proxy")]
    [InlineData("\x05\x01\x01", "\x05\xFF")]
    [InlineData("\x05\x01\x00\x05\x02\x00\x01\x01\x02\x03\x04\x00\x50", "\x05\x00\x05\x07")]
    [InlineData("\x05\x01\x00\x05\x03\x00\x01\x01\x02\x03\x04\x00\x50", "\x05\x00\x05\x07")]
    [InlineData("\x05\x01\x00\x05\x01\x00\x09\x01\x02", "\x05\x00\x05\x01")]
    [InlineData("\x04\x02\x00\x50\x01\x02\x03\x04\x00", "\x00\x5B")]
    [InlineData("\x01\x02\x03", "")]
    [InlineData("\xFF\xFF", "")]
    public async Task A_malformed_handshake_gets_the_right_answer_and_is_closed(string sent, string answer)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(sent + new string('x', 2_000));

        string received = await application.ReceiveTextAsync();
        Assert.Equal(answer, received[..Math.Min(received.Length, answer.Length)]);
        Assert.False(application.WasReset);
        await port.IsQuietAsync();
    }

    [Fact]
    public async Task Addresses_without_names_are_warned_of_once()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        for (int i = 0; i < 3; i++)
        {
            await using Application application = await port.ConnectAsync();
            await application.SendAsync(SocksClient.Request5("1.2.3.4", echo.Port));
            await application.ReceiveAsync(SocksClient.Reply5Length);
        }

        string warning = Assert.Single(port.Log.Warnings);
        Assert.Contains("gives only an IP address", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("1.2.3.4", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Families_are_told_to_the_exit_but_no_IPv6_for_SOCKS4()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await OpenAsync(port, SocksClient.Request5("host.example", echo.Port), SocksClient.Reply5Length);
        await OpenAsync(port, SocksClient.Request4a("host.example", echo.Port), SocksClient.Reply4Length);

        Assert.Equal([BeginFlags.IPv6Allowed, BeginFlags.None], port.Opener.Requests.Select(request => request.Families));
        Assert.All(port.Opener.Requests, request => Assert.True(request.ContinueInline));
    }

    [Fact]
    public async Task Lookups_are_answered_in_each_version()
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved(
            [ResolvedAnswer.From(IPAddress.Parse("2001:db8::1"), 60), ResolvedAnswer.From(IPAddress.Parse("192.0.2.7"), 60)]));

        Assert.Equal([5, 0, 5, 0, 0, 1, 192, 0, 2, 7, 0, 0], await AskAsync(port, SocksClient.Request5("host.example", 0, Resolve)));
        Assert.Equal([0, 0x5A, 0, 0, 192, 0, 2, 7], await AskAsync(port, SocksClient.Request4a("host.example", 0, command: Resolve)));
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.From(IPAddress.Parse("2001:db8::1"), 60)]));
        byte[] address = IPAddress.Parse("2001:db8::1").GetAddressBytes();
        Assert.Equal([5, 0, 5, 0, 0, 4, .. address, 0, 0], await AskAsync(port, SocksClient.Request5("host.example", 0, Resolve)));
        Assert.Equal(Failed4, await AskAsync(port, SocksClient.Request4a("host.example", 0, command: Resolve)));

        // an address is its own answer, and no exit is asked
        int asked = port.Opener.Lookups.Count;
        Assert.Equal([5, 0, 5, 0, 0, 1, 192, 0, 2, 9, 0, 0], await AskAsync(port, SocksClient.Request5("192.0.2.9", 0, Resolve)));
        Assert.Equal(asked, port.Opener.Lookups.Count);
    }

    [Fact]
    public async Task Reverse_lookups_are_answered_with_a_name()
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new SocksListenerOptions());
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.From("host.example", 60)]));

        Assert.Equal(
            [5, 0, 5, 0, 0, 3, 12, .. "host.example"u8, 0, 0], await AskAsync(port, SocksClient.Request5("192.0.2.7", 0, ResolvePtr)));
        Assert.Equal("192.0.2.7", Assert.Single(port.Opener.Lookups).Name);
        Assert.Equal(Failed5(8), await AskAsync(port, SocksClient.Request5("host.example", 0, ResolvePtr)));
        Assert.Equal(Failed5(4), await AskAsync(port, SocksClient.Request5("10.0.0.1", 0, ResolvePtr)));
        Assert.Single(port.Opener.Lookups);
    }

    public static TheoryData<string> BadAnswers => ["private", "name", "error", "transient", "none"];

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task Answers_that_must_not_be_told_are_failures(string kind)
    {
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(new SocksListenerOptions());
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved(kind switch
        {
            "private" => [ResolvedAnswer.From(IPAddress.Loopback, 60)],
            "name" => [ResolvedAnswer.From("bad name\n.example", 60)],
            "error" => [ResolvedAnswer.FromError(isTransient: false, 60)],
            "transient" => [ResolvedAnswer.FromError(isTransient: true, 60)],
            _ => [],
        }));

        byte[] request = kind == "name" ? SocksClient.Request5("192.0.2.7", 0, ResolvePtr) : SocksClient.Request5("host.example", 0, Resolve);
        Assert.Equal(Failed5(4), await AskAsync(port, request));
    }

    [Fact]
    public async Task By_default_credentials_and_ports_isolate_and_targets_do_not()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks();
        await using ListenerFixture<SocksListener> other = ListenerFixture.Socks();

        IsolationKey plain = await KeyAsync(port, SocksClient.Request5("a.example", echo.Port));
        Assert.Equal(plain, await KeyAsync(port, SocksClient.Request5("b.example", echo.Port)));
        Assert.Equal(plain, await KeyAsync(port, SocksClient.Request4a("a.example", echo.Port)));
        IsolationKey[] keys =
        [
            plain,
            await KeyAsync(other, SocksClient.Request5("a.example", echo.Port)),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "", "")),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "u", "")),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "", "u")),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "u", "p")),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "up", "")),
            await KeyAsync(port, SocksClient.Request5("a.example", echo.Port, "<torS0X>0", "u")),
            await KeyAsync(port, SocksClient.Request4a("a.example", echo.Port, "u")),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[5], await KeyAsync(port, SocksClient.Request5("b.example", echo.Port, "u", "p")));
        Assert.Equal("[redacted]", keys[5].ToString());
    }

    [Fact]
    public async Task Flags_of_a_port_isolate_what_they_name_and_session_groups_join_ports()
    {
        await using TargetServer echo = TargetServer.Echo();
        await using TargetServer second = TargetServer.Echo();
        var strict = new IsolationOptions { ClientProtocol = true, TargetHost = true, TargetPort = true, SessionGroup = 1 };
        await using ListenerFixture<SocksListener> port = ListenerFixture.Socks(Open with { Isolation = strict });
        await using ListenerFixture<SocksListener> same = ListenerFixture.Socks(Open with { Isolation = strict });
        await using ListenerFixture<SocksListener> loose = ListenerFixture.Socks(Open with { Isolation = new IsolationOptions { Credentials = false } });

        IsolationKey key = await KeyAsync(port, SocksClient.Request5("a.example", echo.Port));
        Assert.Equal(key, await KeyAsync(same, SocksClient.Request5("A.example", echo.Port)));
        Assert.NotEqual(key, await KeyAsync(port, SocksClient.Request5("b.example", echo.Port)));
        Assert.NotEqual(key, await KeyAsync(port, SocksClient.Request5("a.example", second.Port)));
        Assert.NotEqual(key, await KeyAsync(port, SocksClient.Request4a("a.example", echo.Port)));
        Assert.Equal(
            await KeyAsync(loose, SocksClient.Request5("a.example", echo.Port, "u", "p")),
            await KeyAsync(loose, SocksClient.Request5("a.example", echo.Port, "v", "q")));
    }

    [Fact]
    public void Isolation_by_client_address_can_be_switched_off()
    {
        var first = new IsolationFacts("port", "127.0.0.1", "socks5", "", "host", 80);
        IsolationFacts second = first with { ClientAddress = "127.0.0.2" };
        var off = new IsolationOptions { ClientAddress = false };

        Assert.NotEqual(new IsolationOptions().CreateKey(first), new IsolationOptions().CreateKey(second));
        Assert.Equal(off.CreateKey(first), off.CreateKey(second));
    }

    private static byte[] Failed5(byte status) => [5, 0, 5, status, 0, 1, 0, 0, 0, 0, 0, 0];

    private static byte[] Failed4 => [0, 0x5B, 0, 0, 0, 0, 0, 0];

    private static byte[] Request(string version, int port) => version switch
    {
        "4" => SocksClient.Request4(IPAddress.Loopback, port, "user"),
        "4a" => SocksClient.Request4a("host.example", port, "user"),
        "5 name" => SocksClient.Request5("host.example", port),
        "5 address" => SocksClient.Request5("::1", port),
        _ => SocksClient.Request5("host.example", port, "user", "password"),
    };

    private static int ReplyLength(string version) => version switch
    {
        "4" or "4a" => SocksClient.Reply4Length,
        "5 user" => SocksClient.Reply5Length + 2,
        _ => SocksClient.Reply5Length,
    };

    private static async Task<byte[]> AskAsync(ListenerFixture<SocksListener> port, byte[] request)
    {
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(request);
        return await application.ReceiveAllAsync();
    }

    private static async Task OpenAsync(ListenerFixture<SocksListener> port, byte[] request, int replyLength)
    {
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(request);
        await application.ReceiveAsync(replyLength);
    }

    private static async Task<IsolationKey> KeyAsync(ListenerFixture<SocksListener> port, byte[] request)
    {
        await OpenAsync(port, request, SocksClient.Reply4Length);
        return port.Opener.Requests.Last().Isolation;
    }
}
