using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay.Exits;

public sealed class StreamRequestTests
{
    private const ushort Stream = 17;

    private static readonly ExitOptions OpenExit = new() { Policy = Policy("accept *:*"), AllowPrivateAddresses = true, AllowIPv6 = true };

    [Fact]
    public async Task A_client_at_its_first_hop_gets_no_stream()
    {
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectClient());

        Assert.Equal(EndReason.TorProtocol, await RefusalAsync(circuit, Begin("127.0.0.1:80")));
        await circuit.AssertAliveAsync();
    }

    [Theory]
    [InlineData("127.0.0.1:80", false)] // no NUL
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1:0", true)]
    [InlineData("127.0.0.1:65536", true)]
    [InlineData("", true)]
    public async Task A_malformed_begin_is_answered_end_torprotocol(string text, bool terminated)
    {
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(EndReason.TorProtocol, await RefusalAsync(circuit, Encoding.ASCII.GetBytes(terminated ? text + "\0" : text)));
    }

    [Theory]
    [InlineData(RelayCommand.Begin)]
    [InlineData(RelayCommand.Resolve)]
    public async Task An_exit_that_is_about_to_end_sends_clients_elsewhere(RelayCommand command)
    {
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        bench.Streams.RefuseNew();
        circuit.Send(command, Stream, Begin("127.0.0.1:80"));

        Assert.Equal((RelayCommand.End, Stream), Without(await circuit.ReadAsync(), out byte[] body));
        Assert.Equal([(byte)EndReason.Hibernating], body);
    }

    [Fact]
    public async Task A_relay_that_the_consensus_does_not_list_gets_no_stream()
    {
        var listed = new KnownRelay(RelayBench.Someone(5), [IPEndPoint.Parse("203.0.113.6:9001")]);
        await using var bench = new RelayBench(relays: new KnownRelays([listed], []));
        RawCircuit known = await RawCircuit.CreateAsync(bench.ConnectRelay(5));
        RawCircuit unknown = await RawCircuit.CreateAsync(bench.ConnectRelay(6));

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(known, Begin("203.0.113.77:80")));
        Assert.Equal(EndReason.Misc, await RefusalAsync(unknown, Begin("203.0.113.77:80")));
    }

    [Fact]
    public async Task Other_rules_hold_for_the_next_stream()
    {
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        bench.Streams.UseRules(new ExitRules(new ExitOptions(), () => [], () => KnownRelays.None, () => RelayParameters.Default));

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("127.0.0.1:80")));
    }

    [Fact]
    public async Task Begin_dir_without_a_directory_is_answered_end_notdirectory()
    {
        await using var bench = new RelayBench();
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectClient());

        circuit.Send(RelayCommand.BeginDir, Stream, []);

        Assert.Equal((RelayCommand.End, Stream), Without(await circuit.ReadAsync(), out byte[] body));
        Assert.Equal([(byte)EndReason.NotDirectory], body);
    }

    [Theory]
    [InlineData("10.1.2.3:80", EndReason.ExitPolicy)] // private
    [InlineData("[::ffff:10.1.2.3]:80", EndReason.ExitPolicy)]
    [InlineData("100.64.0.1:80", EndReason.ExitPolicy)]
    [InlineData("239.1.1.1:80", EndReason.ExitPolicy)]
    [InlineData("[fe80::1]:80", EndReason.ExitPolicy)]
    [InlineData("198.51.100.1:443", EndReason.ExitPolicy)] // our own
    [InlineData("192.0.2.1:25", EndReason.ExitPolicy)] // the policy
    [InlineData("192.0.2.50:9001", EndReason.ConnectRefused)] // a relay's OR port
    [InlineData("no.such.name:80", EndReason.ResolveFailed)]
    [InlineData("not a name:80", EndReason.ResolveFailed)]
    [InlineData("4.3.2.1.in-addr.arpa:80", EndReason.ResolveFailed)]
    public async Task A_target_that_is_not_allowed_is_refused_with_stocks_reason(string target, EndReason reason)
    {
        var listed = new KnownRelay(RelayBench.Someone(5), [IPEndPoint.Parse("192.0.2.50:9001")]);
        var exit = new ExitOptions { Policy = Policy("reject *:25,accept *:*"), AllowIPv6 = true };
        await using var bench = new RelayBench(exit: exit, relays: new KnownRelays([listed], []));
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(reason, await RefusalAsync(circuit, Begin(target)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("name.that.leads.home")]
    public async Task No_policy_and_no_single_target_opens_a_listener_of_our_own(string host)
    {
        using Socket own = OwnListeners.Open(new IPEndPoint(IPAddress.Loopback, 0));
        var address = (IPEndPoint)own.LocalEndPoint!;
        ExitOptions exit = OpenExit with { AllowedTargets = new HashSet<IPEndPoint> { address, new(IPAddress.Any, address.Port) } };
        await using var bench = new RelayBench(exit: exit, resolver: new LoopbackResolver());
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin($"{host}:{address.Port}")));
        Assert.False(own.Poll(TimeSpan.Zero, SelectMode.SelectRead)); // nobody waits to be accepted
    }

    [Fact]
    public async Task A_single_target_that_is_a_relays_port_is_refused()
    {
        IPEndPoint port = IPEndPoint.Parse("127.0.0.1:9");
        var exit = new ExitOptions { AllowedTargets = new HashSet<IPEndPoint> { port } };
        await using var bench = new RelayBench(exit: exit, relays: new KnownRelays([new KnownRelay(RelayBench.Someone(5), [port])], []));
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay(5));

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("127.0.0.1:9")));
    }

    [Fact]
    public async Task End_exitpolicy_tells_the_address_and_how_long_to_remember_it()
    {
        await using var bench = new RelayBench();
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        circuit.Send(RelayCommand.Begin, Stream, Begin("192.0.2.1:80"));
        Without(await circuit.ReadAsync(), out byte[] body);

        Assert.Equal(new End(EndReason.ExitPolicy, IPAddress.Parse("192.0.2.1"), 1800), End.Decode(body));
    }

    [Fact]
    public async Task A_port_that_nobody_listens_on_is_answered_end_connectrefused()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(EndReason.ConnectRefused, await RefusalAsync(circuit, Begin($"127.0.0.1:{port}")));
    }

    [Fact]
    public async Task Data_that_comes_with_begin_is_kept_for_the_target()
    {
        await using var server = new EchoServer();
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        circuit.Send(RelayCommand.Begin, Stream, Begin($"127.0.0.1:{server.Address.Port}"));
        circuit.Send(RelayCommand.Data, Stream, "early"u8.ToArray());
        Assert.Equal((RelayCommand.Connected, Stream), Without(await circuit.ReadAsync(), out _));
        Assert.Equal((RelayCommand.Data, Stream), Without(await circuit.ReadAsync(), out byte[] body));
        Assert.Equal("early"u8.ToArray(), body);
    }

    [Fact]
    public async Task End_of_the_target_is_end_done()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var bench = new RelayBench(exit: OpenExit);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        circuit.Send(RelayCommand.Begin, Stream, Begin($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using (TcpClient accepted = await listener.AcceptTcpClientAsync())
        {
            Assert.Equal((RelayCommand.Connected, Stream), Without(await circuit.ReadAsync(), out _));
        }

        Assert.Equal((RelayCommand.End, Stream), Without(await circuit.ReadAsync(), out byte[] body));
        Assert.Equal([(byte)EndReason.Done], body);
    }

    [Fact]
    public async Task The_end_of_the_circuit_closes_the_connection_to_the_target()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var bench = new RelayBench(exit: OpenExit);
        RawPeer peer = bench.ConnectRelay();
        RawCircuit circuit = await RawCircuit.CreateAsync(peer);
        circuit.Send(RelayCommand.Begin, Stream, Begin($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        using TcpClient accepted = await listener.AcceptTcpClientAsync();
        await circuit.ReadAsync();

        peer.Send(circuit.Id, Tunic.Tor.Protocol.Cells.CellCommand.Destroy, [0]);

        Assert.Equal(0, await accepted.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Names_are_looked_up_and_the_wishes_of_the_client_decide_between_the_families()
    {
        await using var server = new EchoServer();
        var resolver = new TableResolver { ["both"] = new NameAnswer { IPv4 = IPAddress.Loopback, IPv6 = IPAddress.IPv6Loopback, TimeToLive = TimeSpan.FromSeconds(77) } };
        await using var bench = new RelayBench(exit: OpenExit, resolver: resolver);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        circuit.Send(RelayCommand.Begin, Stream, new Begin("BOTH", (ushort)server.Address.Port, BeginFlags.IPv6Allowed).Encode());
        Without(await circuit.ReadAsync(), out byte[] body);

        Assert.Equal(new Connected(IPAddress.Loopback, 77), Connected.Decode(body));
        Assert.Equal(
            EndReason.ConnectRefused,
            await RefusalAsync(circuit, new Begin("both", (ushort)server.Address.Port, BeginFlags.IPv6Allowed | BeginFlags.IPv4NotAllowed).Encode(), 18));
    }

    [Fact]
    public async Task Resolve_is_answered_with_both_families_and_a_time_of_one_minute()
    {
        var resolver = new TableResolver
        {
            ["both"] = new NameAnswer { IPv4 = IPAddress.Parse("192.0.2.7"), IPv6 = IPAddress.Parse("2001:db8::7"), TimeToLive = TimeSpan.FromHours(1) },
            ["later"] = NameAnswer.NoAnswer,
            ["192.0.2.7"] = new NameAnswer { HostName = "seven.example" },
            ["10.0.0.1"] = new NameAnswer { HostName = "secret.example" },
        };
        await using var bench = new RelayBench(exit: OpenExit, resolver: resolver);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(["192.0.2.7", "2001:db8::7"], (await ResolveAsync(circuit, "both", 1)).Answers.Select(answer => answer.Address!.ToString()));
        Assert.All((await ResolveAsync(circuit, "both", 2)).Answers, answer => Assert.Equal(60u, answer.TimeToLive));
        Assert.Equal(ResolvedAnswerType.Error, (await ResolveAsync(circuit, "never", 3)).Error);
        Assert.Equal(ResolvedAnswerType.TransientError, (await ResolveAsync(circuit, "later", 4)).Error);
        Assert.Equal("seven.example", Assert.Single((await ResolveAsync(circuit, "7.2.0.192.in-addr.arpa", 5)).Answers).HostName);
        Assert.Equal(ResolvedAnswerType.Error, (await ResolveAsync(circuit, "1.0.0.10.in-addr.arpa", 6)).Error);
        Assert.Equal(ResolvedAnswerType.Error, (await ResolveAsync(circuit, "999.0.0.10.in-addr.arpa", 7)).Error);
        Assert.Equal(ResolvedAnswerType.Error, (await ResolveAsync(circuit, "", 8)).Error);
    }

    [Fact]
    public async Task A_relay_that_is_no_exit_looks_nothing_up()
    {
        var resolver = new TableResolver { ["name"] = new NameAnswer { IPv4 = IPAddress.Parse("192.0.2.7") } };
        await using var bench = new RelayBench(resolver: resolver);
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay());

        Assert.Equal(EndReason.ResolveFailed, await RefusalAsync(circuit, Begin("name:80")));
        Assert.Equal(ResolvedAnswerType.Error, (await ResolveAsync(circuit, "name", 2)).Error);
        Assert.Equal(0, resolver.Asked);
    }

    [Fact]
    public async Task Streams_over_the_rate_are_refused_misc_or_end_the_circuit()
    {
        var dos = new DosParameters { LimitsStreams = true, StreamBurst = 2, StreamRate = 1 };
        await using var bench = new RelayBench(parameters: RelayParameters.Default with { Dos = dos });
        RawPeer peer = bench.ConnectRelay();
        RawCircuit circuit = await RawCircuit.CreateAsync(peer);

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("192.0.2.1:80"), 1));
        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("192.0.2.1:80"), 2));
        Assert.Equal(EndReason.Misc, await RefusalAsync(circuit, Begin("192.0.2.1:80"), 3));
        Assert.Equal(ResolvedAnswerType.TransientError, (await ResolveAsync(circuit, "name", 4)).Error);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("192.0.2.1:80"), 5));

        await using var strict = new RelayBench(parameters: RelayParameters.Default with { Dos = dos with { ClosesCircuits = true, StreamBurst = 1 } });
        peer = strict.ConnectRelay();
        circuit = await RawCircuit.CreateAsync(peer);
        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("192.0.2.1:80"), 1));
        circuit.Send(RelayCommand.Begin, 2, Begin("192.0.2.1:80"));
        Assert.Equal(DestroyReason.ResourceLimit, await peer.ReadDestroyAsync(circuit.Id));
    }

    [Fact]
    public async Task A_stream_id_in_use_is_not_used_twice_and_streams_beyond_the_limit_are_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        byte[] begin = Begin($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        await using var bench = new RelayBench(new RelayCircuitOptions { MaxStreams = 1 }, OpenExit);
        RawPeer peer = bench.ConnectRelay();
        RawCircuit circuit = await RawCircuit.CreateAsync(peer);
        circuit.Send(RelayCommand.Begin, Stream, begin);
        await circuit.ReadAsync();

        circuit.Send(RelayCommand.Begin, Stream, begin); // dropped, as by stock: the next answer is that to the next request
        Assert.Equal(EndReason.ResourceLimit, await RefusalAsync(circuit, begin, 2));
        Assert.Equal(1, bench.Circuits.Count);
    }

    [Fact]
    public async Task A_circuit_whose_targets_do_not_answer_takes_no_places_from_others()
    {
        var resolver = new SilentResolver();
        await using var bench = new RelayBench(exit: OpenExit with { MaxConnecting = 256 }, resolver: resolver);
        RawCircuit greedy = await RawCircuit.CreateAsync(bench.ConnectRelay(5));
        for (ushort stream = 1; stream <= 300; stream++)
        {
            greedy.Send(RelayCommand.Begin, stream, Begin($"dead{stream}:80"));
        }

        (RelayCommand command, _, byte[] body) = await greedy.ReadAsync();
        Assert.Equal((RelayCommand.End, (byte)EndReason.Misc), (command, body[0]));
        Assert.Equal(ResolvedAnswerType.TransientError, await LastErrorAsync(greedy, 301));
        RawCircuit other = await RawCircuit.CreateAsync(bench.ConnectRelay(6));
        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(other, Begin("0.0.0.0:80")));
    }

    /// <summary>A page of many parts, while its server is slow.</summary>
    [Fact]
    public async Task One_circuit_may_wait_for_500_streams_at_once()
    {
        await using var bench = new RelayBench(exit: OpenExit, resolver: new SilentResolver());
        RawCircuit circuit = await RawCircuit.CreateAsync(bench.ConnectRelay(5));
        for (ushort stream = 1; stream <= 500; stream++)
        {
            circuit.Send(RelayCommand.Begin, stream, Begin($"slow{stream}:80"));
        }

        Assert.Equal(EndReason.ExitPolicy, await RefusalAsync(circuit, Begin("0.0.0.0:80"), 501)); // the first answer: none of the others was refused
    }

    private static async Task<ResolvedAnswerType?> LastErrorAsync(RawCircuit circuit, ushort streamId)
    {
        circuit.Send(RelayCommand.Resolve, streamId, new Resolve("dead").Encode());
        while (true)
        {
            (RelayCommand command, _, byte[] body) = await circuit.ReadAsync();
            if (command == RelayCommand.Resolved)
            {
                return Resolved.Decode(body).Error;
            }
        }
    }

    private static async Task<EndReason> RefusalAsync(RawCircuit circuit, byte[] begin, ushort streamId = Stream)
    {
        circuit.Send(RelayCommand.Begin, streamId, begin);
        Assert.Equal((RelayCommand.End, streamId), Without(await circuit.ReadAsync(), out byte[] body));
        return (EndReason)body[0];
    }

    private static async Task<Resolved> ResolveAsync(RawCircuit circuit, string name, ushort streamId)
    {
        circuit.Send(RelayCommand.Resolve, streamId, new Resolve(name).Encode());
        Assert.Equal((RelayCommand.Resolved, streamId), Without(await circuit.ReadAsync(), out byte[] body));
        return Resolved.Decode(body);
    }

    private static (RelayCommand Command, ushort StreamId) Without((RelayCommand Command, ushort StreamId, byte[] Body) message, out byte[] body)
    {
        body = message.Body;
        return (message.Command, message.StreamId);
    }

    private static byte[] Begin(string target) => Encoding.ASCII.GetBytes(target + "\0");

    private static ExitPolicy Policy(string text)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy));
        return policy;
    }

    private sealed class SilentResolver : IResolver
    {
        public async Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return NameAnswer.NoAnswer;
        }

        public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => ResolveAsync("", cancel);
    }

    private sealed class TableResolver : Dictionary<string, NameAnswer>, IResolver
    {
        public int Asked { get; private set; }

        public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel)
        {
            Asked++;
            return Task.FromResult(this.GetValueOrDefault(name, NameAnswer.NotFound));
        }

        public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => ResolveAsync(address.ToString(), cancel);
    }

    /// <summary>Every name leads to 127.0.0.1.</summary>
    private sealed class LoopbackResolver : IResolver
    {
        public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel) =>
            Task.FromResult(new NameAnswer { IPv4 = IPAddress.Loopback, TimeToLive = TimeSpan.FromMinutes(1) });

        public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel) => Task.FromResult(NameAnswer.NotFound);
    }
}
