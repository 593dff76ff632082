using System.Diagnostics;
using System.Net;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Interop.Support;

/// <summary>A client of ours in the test's own process, which tells through which relays it goes. All its requests share circuits.</summary>
internal sealed class WatchedClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TorHttpOptions Http = new() { Isolation = new IsolationKey("watched") };

    private readonly NodeLog _log = new(TimeProvider.System);
    private readonly NodeEnvironment _environment;
    private readonly ClientNode _node;
    private volatile IReadOnlyList<Relay> _path = [];

    private WatchedClient(IEnumerable<TunicTorNode> authorities, IEnumerable<string> inner)
    {
        Assert.True(RelaySet.TryParse(string.Join(',', inner), out RelaySet? relays, out _));
        _environment = new NodeEnvironment(_log, TimeProvider.System);
        var profile = new NetworkProfile { Name = "watched", Authorities = [.. authorities.Select(Describe)], IsPrivate = true, HasLiveness = true };
        _node = new ClientNode(profile, new ClientOptions { Constraints = new PathConstraints { EntryNodes = relays, MiddleNodes = relays } }, new MemoryStateStore(), _environment);
        _node.Client.StreamOpened += (_, path) => _path = path;
    }

    /// <summary>Starts it and waits for its first circuit.</summary>
    /// <param name="authorities">Of the network.</param>
    /// <param name="inner">Fingerprints of those that may be guards and middles: exits are spared for what is left of the test.</param>
    internal static async Task<WatchedClient> StartAsync(IEnumerable<TunicTorNode> authorities, IEnumerable<string> inner)
    {
        var client = new WatchedClient(authorities, inner);
        client._node.Start();
        await client._node.Client.Bootstrapped.WaitAsync(Limit);
        return client;
    }

    /// <summary>Kills a relay while a page comes through it. The page must end, and another one must come.</summary>
    /// <param name="hop">Which hop of the page's circuit: 0 is the guard.</param>
    /// <param name="server">Has the pages.</param>
    /// <param name="find">The process of a relay.</param>
    /// <returns>Who was killed, and the time from then until the next page was there.</returns>
    internal async Task<(string Fingerprint, TimeSpan Recovery)> KillHopInUseAsync(int hop, LoopbackHttpServer server, Func<string, PeerProcess> find)
    {
        using var limit = new CancellationTokenSource(Limit);
        using HttpClient first = Connect();
        using Stream slow = await first.GetStreamAsync(new Uri(server.Url("/slow/100000/20")), limit.Token);
        await slow.ReadExactlyAsync(new byte[1], limit.Token);
        string fingerprint = _path[hop].RsaIdentity.ToString();

        await find(fingerprint).KillAsync();

        var clock = Stopwatch.StartNew();
        using HttpClient next = Connect();
        byte[] page = await next.GetByteArrayAsync(new Uri(server.Url("/bytes/1000")), limit.Token);
        TimeSpan recovery = clock.Elapsed;
        Assert.Equal(LoopbackHttpServer.Content(1000), page);
        Assert.DoesNotContain(_path, relay => relay.RsaIdentity.ToString() == fingerprint);
        await Assert.ThrowsAnyAsync<IOException>(() => slow.CopyToAsync(Stream.Null, limit.Token));
        return (fingerprint, recovery);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _environment.Dispose();
        _log.Dispose();
    }

    private static DirectoryAuthority Describe(TunicTorNode node) => new(
        node.Name,
        new RsaIdentity(Convert.FromHexString(node.AuthorityIdentity)),
        new RsaIdentity(Convert.FromHexString(node.Fingerprint)),
        new IPEndPoint(IPAddress.Loopback, node.OrPort),
        new IPEndPoint(IPAddress.Loopback, node.DirPort));

    private HttpClient Connect() => new(new TorHttpMessageHandler(_node.Client, Http));
}
