using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Dns;
using Tunic.Tor.Relay.Exits;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Tests.TorRelay.Exits.Dns;

/// <summary>The resolver against servers on loopback.</summary>
public sealed class DnsResolverTests : IDisposable
{
    private static readonly DnsAnswer[] Both =
    [
        DnsAnswer.From(IPAddress.Parse("192.0.2.7"), 900), DnsAnswer.From(IPAddress.Parse("2001:db8::7"), 700),
    ];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tunic-dns");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_name_has_addresses_of_both_families_and_the_shorter_time_to_live()
    {
        await using var server = new LoopbackDnsServer((query, _, _) => [LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both)]);

        NameAnswer answer = await Create([server.Address]).ResolveAsync("name.example", CancellationToken.None);

        Assert.Equal(("192.0.2.7", "2001:db8::7"), (answer.IPv4!.ToString(), answer.IPv6!.ToString()));
        Assert.Equal(TimeSpan.FromSeconds(700), answer.TimeToLive);
    }

    [Fact]
    public async Task An_address_has_a_name()
    {
        Assert.True(DnsName.TryCreate("seven.example", out DnsName? name));
        await using var server = new LoopbackDnsServer((query, host, _) =>
            [LoopbackDnsServer.Respond(query, host.Equals("7.2.0.192.in-addr.arpa", StringComparison.OrdinalIgnoreCase) ? DnsResponseCode.NoError : DnsResponseCode.NameError, DnsAnswer.From(name, 60))]);

        NameAnswer answer = await Create([server.Address]).ResolveNameAsync(IPAddress.Parse("192.0.2.7"), CancellationToken.None);

        Assert.Equal("seven.example", answer.HostName);
    }

    [Theory]
    [InlineData(DnsResponseCode.NameError, false)]
    [InlineData(DnsResponseCode.NoError, false)]
    [InlineData(DnsResponseCode.ServerFailure, true)]
    public async Task What_is_not_found_is_told_from_what_did_not_work(DnsResponseCode code, bool isTransient)
    {
        await using var server = new LoopbackDnsServer((query, _, _) => [LoopbackDnsServer.Respond(query, code)]);

        NameAnswer answer = await Create([server.Address]).ResolveAsync("name.example", CancellationToken.None);

        Assert.Equal((false, isTransient, false), (answer.IsFound, answer.IsTransientFailure, answer.IsForgotten));
    }

    [Fact]
    public async Task A_reply_that_is_not_to_the_query_is_passed_over()
    {
        await using var server = new LoopbackDnsServer((query, host, _) =>
        {
            Assert.True(DnsName.TryCreate("other.example", out DnsName? other));
            Assert.True(DnsName.TryCreate(Flip(host), out DnsName? flipped));
            DnsAnswer[] forged = [DnsAnswer.From(IPAddress.Parse("203.0.113.1"), 1), DnsAnswer.From(IPAddress.Parse("2001:db8::bad"), 1)];
            DnsQuestion question = query.Questions[0];
            return
            [
                [1, 2, 3],
                LoopbackDnsServer.Respond(query with { Id = (ushort)(query.Id + 1) }, DnsResponseCode.NoError, forged),
                LoopbackDnsServer.Respond(query with { Questions = [question with { Name = other }] }, DnsResponseCode.NoError, forged),
                LoopbackDnsServer.Respond(query with { Questions = [question with { Name = flipped }] }, DnsResponseCode.NoError, forged),
                LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both),
            ];
        });

        NameAnswer answer = await Create([server.Address]).ResolveAsync("name.example", CancellationToken.None);

        Assert.Equal(("192.0.2.7", "2001:db8::7"), (answer.IPv4!.ToString(), answer.IPv6!.ToString()));
    }

    [Fact]
    public async Task A_reply_that_was_cut_short_is_asked_for_over_tcp()
    {
        await using var server = new LoopbackDnsServer((query, _, isConnection) =>
        {
            byte[] response = LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both);
            response[2] |= (byte)(isConnection ? 0 : 2);
            return [isConnection ? response : response[..^4]];
        });

        Assert.Equal("192.0.2.7", (await Create([server.Address]).ResolveAsync("name.example", CancellationToken.None)).IPv4?.ToString());
    }

    [Fact]
    public async Task The_next_server_is_asked_when_one_is_dead_or_does_not_know()
    {
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        dead.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var closed = (IPEndPoint)dead.LocalEndPoint!;
        dead.Dispose();
        await using var silent = new LoopbackDnsServer((_, _, _) => []);
        await using var broken = new LoopbackDnsServer((query, _, _) => [LoopbackDnsServer.Respond(query, DnsResponseCode.ServerFailure)]);
        await using var server = new LoopbackDnsServer((query, _, _) => [LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both)]);

        DnsResolver resolver = Create([closed, silent.Address, broken.Address, server.Address], "options timeout:1 attempts:1");

        Assert.True((await resolver.ResolveAsync("name.example", CancellationToken.None)).IsFound);
    }

    [Fact]
    public async Task One_who_asks_for_many_names_that_nobody_answers_does_not_keep_others_waiting()
    {
        await using var server = new LoopbackDnsServer((query, host, _) =>
            host.StartsWith("dead", StringComparison.OrdinalIgnoreCase) ? [] : [LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both)]);
        DnsResolver resolver = Create([server.Address]);
        using var stop = new CancellationTokenSource();
        Task<NameAnswer>[] dead = [.. Enumerable.Range(0, 100).Select(number => resolver.ResolveAsync($"dead{number}.example", stop.Token))];

        Assert.True((await resolver.ResolveAsync("alive.example", CancellationToken.None)).IsFound);

        Assert.DoesNotContain(dead, lookup => lookup.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(dead));
    }

    [Fact]
    public async Task A_lookup_that_nobody_answers_ends_in_time()
    {
        await using var server = new LoopbackDnsServer((_, _, _) => []);
        DnsResolver resolver = Create([server.Address], timeout: TimeSpan.FromMilliseconds(100));

        Assert.True((await resolver.ResolveAsync("name.example", CancellationToken.None)).IsTransientFailure);
    }

    [Fact]
    public async Task Names_of_the_hosts_file_need_no_server()
    {
        await using var server = new LoopbackDnsServer((_, _, _) => []);
        DnsResolver resolver = Create([server.Address]);

        NameAnswer answer = await resolver.ResolveAsync("HERE.example", CancellationToken.None);

        Assert.Equal(("192.0.2.9", "2001:db8::9"), (answer.IPv4!.ToString(), answer.IPv6!.ToString()));
        Assert.Equal(0, server.Asked);
    }

    [Fact]
    public async Task Search_domains_are_used_only_where_wanted()
    {
        await using var server = new LoopbackDnsServer((query, host, _) =>
            [host.Equals("host.lan.example", StringComparison.OrdinalIgnoreCase)
                ? LoopbackDnsServer.Respond(query, DnsResponseCode.NoError, Both)
                : LoopbackDnsServer.Respond(query, DnsResponseCode.NameError)]);

        Assert.False((await Create([server.Address], "search lan.example").ResolveAsync("host", CancellationToken.None)).IsFound);
        Assert.True((await Create([server.Address], "search lan.example", search: true).ResolveAsync("host", CancellationToken.None)).IsFound);
    }

    private static string Flip(string host) =>
        string.Concat(host.Select(letter => char.IsAsciiLetterUpper(letter) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter)));

    private DnsResolver Create(IPEndPoint[] servers, string more = "", bool search = false, TimeSpan? timeout = null)
    {
        string conf = Path.Combine(_directory.FullName, "resolv.conf");
        string hosts = Path.Combine(_directory.FullName, "hosts");
        File.WriteAllText(conf, string.Concat(servers.Select(server => $"nameserver {server}\n")) + more + "\n");
        File.WriteAllText(hosts, "192.0.2.9 other here.example # a comment\n2001:db8::9\there.example\nnonsense\n");
        var options = new DnsOptions { ResolvConfFile = conf, HostsFile = hosts, UsesSearchDomains = search };
        return new DnsResolver(timeout is { } limit ? options with { Timeout = limit } : options, new SeededRandomSource(1), TimeProvider.System);
    }
}
