using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Dns;
using Tunic.Tor.Protocol.Dns;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Tor.Client.Listeners;

public sealed class DnsListenerTests
{
    private const int NoError = 0;
    private const int ServerFailure = 2;
    private const int NameError = 3;
    private const int NotImplemented = 4;
    private const int Refused = 5;

    private static readonly Resolved Both = new(
        [ResolvedAnswer.From(IPAddress.Parse("192.0.2.7"), 300), ResolvedAnswer.From(IPAddress.Parse("2001:db8::7"), 30)]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Addresses_are_answered_with_their_time_to_live(bool tcp)
    {
        await using ListenerFixture<DnsListener> port = Start();
        port.Opener.Resolve = (_, _) => Task.FromResult(Both);

        byte[] four = await AskAsync(port, tcp, Question("HoSt.example", DnsType.A));
        byte[] six = await AskAsync(port, tcp, Question("host.example", DnsType.Aaaa));

        Assert.Equal((NoError, 1), Summary(four));
        Assert.Equal([0xC0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7], four[^16..]);
        Assert.Contains("HoSt", System.Text.Encoding.Latin1.GetString(four), StringComparison.Ordinal);
        Assert.Equal((NoError, 1), Summary(six));
        Assert.Equal([0, 0, 0, 60, 0, 16, .. IPAddress.Parse("2001:db8::7").GetAddressBytes()], six[^22..]); // at least 60 s, as stock
        Assert.Equal(["host.example", "host.example"], port.Opener.Lookups.Select(lookup => lookup.Name));
    }

    [Fact]
    public async Task An_asker_whom_the_policy_rejects_is_refused()
    {
        var rules = new ApplicationRules { Clients = ExitPolicy.RejectAll };
        await using ListenerFixture<DnsListener> port = Start(new DnsListenerOptions { Rules = () => rules });

        byte[] answer = await AskAsync(port, false, Question("host.example", DnsType.A));

        Assert.Equal((Refused, 0), Summary(answer));
        Assert.Empty(port.Opener.Lookups);
    }

    [Fact]
    public async Task Names_of_addresses_are_answered()
    {
        await using ListenerFixture<DnsListener> port = Start();
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.From("host.example", 60)]));
        byte[] answer = await AskAsync(port, false, Question("7.2.0.192.in-addr.arpa", DnsType.Ptr));

        Assert.Equal((NoError, 1), Summary(answer));
        Assert.Equal([0, 14, 4, .. "host"u8, 7, .. "example"u8, 0], answer[^16..]);
        Assert.Equal("192.0.2.7", Assert.Single(port.Opener.Lookups).Name);
    }

    [Theory]
    [InlineData("host.example", 15, NotImplemented)] // MX
    [InlineData("host.example", 255, NotImplemented)]
    [InlineData("x.onion", 1, NameError)]
    [InlineData("bad_.-name", 1, ServerFailure)]
    [InlineData("host.exit", 1, ServerFailure)]
    [InlineData("1.0.0.10.in-addr.arpa", 12, NameError)]
    [InlineData("nonsense.example", 12, NameError)]
    [InlineData("192.0.2.1", 28, NoError)]
    public async Task Questions_that_no_exit_needs_to_see_are_answered_here(string name, ushort type, int code)
    {
        await using ListenerFixture<DnsListener> port = Start();
        Assert.Equal((code, 0), Summary(await AskAsync(port, false, Question(name, (DnsType)type))));
        Assert.Empty(port.Opener.Lookups);
    }

    [Fact]
    public async Task An_address_is_its_own_answer()
    {
        await using ListenerFixture<DnsListener> port = Start();
        byte[] answer = await AskAsync(port, false, Question("192.0.2.1", DnsType.A));
        Assert.Equal((NoError, 1), Summary(answer));
        Assert.Equal([192, 0, 2, 1], answer[^4..]);
        Assert.Empty(port.Opener.Lookups);
    }

    [Fact]
    public async Task What_the_exit_says_becomes_a_response_code()
    {
        await using ListenerFixture<DnsListener> port = Start();
        byte[] question = Question("host.example", DnsType.A);
        Assert.Equal((ServerFailure, 0), Summary(await AskAsync(port, false, question))); // the stream ended
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.FromError(isTransient: false, 60)]));
        Assert.Equal((NameError, 0), Summary(await AskAsync(port, false, question)));
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.FromError(isTransient: true, 60)]));
        Assert.Equal((ServerFailure, 0), Summary(await AskAsync(port, false, question)));
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.From(IPAddress.Parse("2001:db8::7"), 60)]));
        Assert.Equal((NoError, 0), Summary(await AskAsync(port, false, question)));
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved([ResolvedAnswer.From(IPAddress.Loopback, 60)]));
        Assert.Equal((ServerFailure, 0), Summary(await AskAsync(port, false, question)));
    }

    [Fact]
    public async Task Malformed_and_foreign_messages_are_answered_or_dropped_as_they_deserve()
    {
        await using ListenerFixture<DnsListener> port = Start();
        byte[] question = Question("host.example", DnsType.A);
        byte[] status = [.. question];
        status[2] |= 2 << 3;
        byte[] none = [.. question[..4], 0, 0, 0, 0, 0, 0, 0, 0];

        Assert.Equal((1, 0), Summary(await AskAsync(port, false, question[..^3])));
        Assert.Equal((NotImplemented, 0), Summary(await AskAsync(port, false, status)));
        Assert.Equal((NoError, 0), Summary(await AskAsync(port, false, none)));

        // neither of these is answered: the next answer on the same socket is that of the next question
        using UdpClient asker = Asker(port);
        byte[] response = [.. question];
        response[2] |= 0x80;
        await asker.SendAsync(response);
        await asker.SendAsync(new byte[] { 1, 2, 3 });
        await asker.SendAsync(Array.Empty<byte>());
        await asker.SendAsync(none);
        Assert.Equal((NoError, 0), Summary((await asker.ReceiveAsync()).Buffer));
    }

    [Fact]
    public async Task Long_answers_are_cut_for_datagrams_and_whole_over_TCP()
    {
        await using ListenerFixture<DnsListener> port = Start();
        port.Opener.Resolve = (_, _) => Task.FromResult(new Resolved(
            [.. Enumerable.Range(0, 45).Select(i => ResolvedAnswer.From(new IPAddress([192, 0, 2, (byte)i]), 60))]));
        byte[] question = Question("host.example", DnsType.A);

        byte[] datagram = await AskAsync(port, false, question);
        byte[] whole = await AskAsync(port, true, question);

        Assert.Equal(0x02, datagram[2] & 0x02);
        Assert.InRange(datagram.Length, 400, 512);
        Assert.Equal(0, whole[2] & 0x02);
        Assert.Equal((NoError, 45), Summary(whole));
    }

    [Fact]
    public async Task Lookups_beyond_the_limit_fail_at_once()
    {
        await using ListenerFixture<DnsListener> port = Start(new DnsListenerOptions { MaxLookups = 2 });
        var go = new TaskCompletionSource();
        port.Opener.Resolve = async (_, cancel) =>
        {
            await go.Task.WaitAsync(cancel);
            return Both;
        };
        byte[] question = Question("host.example", DnsType.A);
        Task<byte[]> first = AskAsync(port, false, question);
        Task<byte[]> second = AskAsync(port, true, question);
        await port.Opener.Changes.UntilAsync(() => port.Opener.Lookups.Count == 2, "two lookups");

        Assert.Equal((ServerFailure, 0), Summary(await AskAsync(port, false, question)));
        Assert.Equal((ServerFailure, 0), Summary(await AskAsync(port, true, question)));
        go.SetResult();
        Assert.Equal((NoError, 1), Summary(await first));
        Assert.Equal((NoError, 1), Summary(await second));
        await port.Opener.Changes.UntilAsync(() => port.Listener.ConnectionCount == 0, "no connection is left");
        await port.Listener.DisposeAsync();
        Assert.Equal(0, port.Listener.AnswerCount);
    }

    [Fact]
    public async Task Queries_over_TCP_may_be_cut_anywhere_and_follow_each_other()
    {
        await using ListenerFixture<DnsListener> port = Start();
        port.Opener.Resolve = (_, _) => Task.FromResult(Both);
        byte[] framed = Frame(Question("host.example", DnsType.A));
        for (int cut = 0; cut <= framed.Length; cut++)
        {
            await using Application application = await port.ConnectAsync();
            await application.SendAsync(framed.AsMemory(0, cut));
            await application.SendAsync(framed.AsMemory(cut));
            await application.SendAsync(framed);
            for (int i = 0; i < 2; i++)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(await application.ReceiveAsync(2));
                Assert.Equal((NoError, 1), Summary(await application.ReceiveAsync(length)));
            }
        }

        await using Application flood = await port.ConnectAsync();
        await flood.SendAsync(new byte[] { 0xFF, 0xFF, 1, 2, 3 });
        Assert.Empty(await flood.ReceiveAllAsync());
    }

    [Fact]
    public async Task Isolation_is_by_client_and_port_and_by_name_when_the_port_says_so()
    {
        await using ListenerFixture<DnsListener> port = Start(new DnsListenerOptions { Isolation = new() { TargetHost = true } });
        await AskAsync(port, false, Question("a.example", DnsType.A));
        await AskAsync(port, false, Question("A.example", DnsType.Aaaa));
        await AskAsync(port, false, Question("b.example", DnsType.A));
        Assert.Equal(2, port.Opener.Lookups.Select(lookup => lookup.Isolation).Distinct().Count());
    }

    [Fact]
    public async Task Dispose_ends_lookups_and_may_be_repeated()
    {
        await using ListenerFixture<DnsListener> port = Start();
        port.Opener.Resolve = async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return Both;
        };
        using UdpClient asker = Asker(port);
        await asker.SendAsync(Question("host.example", DnsType.A));
        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Frame(Question("host.example", DnsType.A)));
        await port.Opener.Changes.UntilAsync(() => port.Opener.Lookups.Count == 2, "two lookups");

        await port.Listener.DisposeAsync();
        await port.Listener.DisposeAsync();
        Assert.Equal((0, 0), (port.Listener.AnswerCount, port.Listener.ConnectionCount));
    }

    [Fact]
    public async Task A_UDP_port_in_use_is_said_and_the_TCP_port_given_back()
    {
        var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        var endPoint = (IPEndPoint)tcp.LocalEndpoint;
        var udp = new UdpClient(endPoint);
        tcp.Stop();
        await using var opener = new LoopbackOpener();
        await using var listener = new DnsListener(
            opener, new DnsListenerOptions { EndPoint = endPoint, OptionName = "DNSPort" }, TimeProvider.System, new LogLines());

        Assert.Contains("choose another address or port with DNSPort", Assert.Throws<ListenerException>(listener.Start).Message, StringComparison.Ordinal);
        udp.Dispose();
        listener.Start();
    }

    private static ListenerFixture<DnsListener> Start(DnsListenerOptions? options = null) =>
        new((opener, log) => new DnsListener(opener, options ?? new DnsListenerOptions(), TimeProvider.System, log));

    private static byte[] Question(string name, DnsType type)
    {
        Assert.True(DnsName.TryCreate(name, out DnsName? parsed));
        return [0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. parsed.Labels, (byte)((int)type >> 8), (byte)type, 0, 1];
    }

    private static byte[] Frame(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static (int Code, int Answers) Summary(byte[] response)
    {
        Assert.Equal(0x80, response[2] & 0x80);
        Assert.Equal(0x80, response[3] & 0x80);
        return (response[3] & 0xF, BinaryPrimitives.ReadUInt16BigEndian(response.AsSpan(6)));
    }

    private static UdpClient Asker(ListenerFixture<DnsListener> port)
    {
        var asker = new UdpClient(AddressFamily.InterNetwork);
        asker.Connect(port.Listener.LocalEndPoint);
        return asker;
    }

    private static async Task<byte[]> AskAsync(ListenerFixture<DnsListener> port, bool tcp, byte[] question)
    {
        if (!tcp)
        {
            using UdpClient asker = Asker(port);
            using var timer = new CancellationTokenSource(Application.Limit);
            await asker.SendAsync(question);
            return (await asker.ReceiveAsync(timer.Token)).Buffer;
        }

        await using Application application = await port.ConnectAsync();
        await application.SendAsync(Frame(question));
        int length = BinaryPrimitives.ReadUInt16BigEndian(await application.ReceiveAsync(2));
        return await application.ReceiveAsync(length);
    }
}
