using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Exits;
using Tunic.Tor.Relay.Keys;

namespace Tunic.Tests.Interop.Relays;

/// <summary>A relay of ours that publishes its descriptor in a stock network, so that stock clients can use it.</summary>
internal sealed class PublishedRelay : IAsyncDisposable
{
    private readonly RelayKeys _keys;
    private readonly LinkIdentity _link;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _publishing;

    private PublishedRelay(
        RelayKeys keys, StockTorNetwork network, string nickname, bool exit, RelayOptions options, DirectoryStreamHandler? directory)
    {
        _keys = keys;
        RelayLinkKeys link = keys.Current.Link;
        _link = new LinkIdentity(link.CreateTlsContext(), new ChannelIdentity(link.Certificates, [IPAddress.Loopback]));
        var sources = new RelaySources
        {
            Link = () => _link,
            Handshakes = () => new HandshakeKeys(keys.RsaIdentity, keys.Ed25519Identity, keys.Current.NtorKeys),
            Directory = directory,
        };
        Node = new Tunic.Tor.Relay.RelayNode(options, sources, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance);
        Node.Start();
        var publisher = new DescriptorPublisher(new DescriptorPublisherEnvironment
        {
            Keys = keys,
            Options = () => new RelayDescriptorOptions
            {
                Nickname = nickname,
                Contact = "test@example.invalid",
                Address = IPAddress.Loopback,
                OnionRouterPort = (ushort)Node.OrPorts[0].Port,
                ExitPolicy = exit ? options.Exit.Policy : ExitPolicy.RejectAll,
                IsTunnelledDirectoryServer = directory is not null,
            },
            Measure = () => new RelayMeasurements { BandwidthObserved = 10_000_000, Uptime = TimeSpan.FromHours(1) }, // long enough for the flag Stable
            Authorities = [.. network.Authorities.Select(AuthorityOf)],
            Client = new DirectoryPortClient(TimeSpan.FromSeconds(10), TimeProvider.System),
            IsTestNetwork = true,
            Log = NullLogger.Instance,
        });
        _publishing = publisher.RunAsync(_stop.Token);
        network.SetBandwidth(Fingerprint);
    }

    internal Tunic.Tor.Relay.RelayNode Node { get; }

    internal string Fingerprint => _keys.RsaIdentity.ToString();

    internal static async Task<PublishedRelay> StartAsync(
        StockTorNetwork network,
        string nickname,
        bool exit = false,
        Func<RelayOptions, RelayOptions>? configure = null,
        DirectoryStreamHandler? directory = null)
    {
        RelayKeys keys = await RelayKeys.LoadAsync(
            new MemoryStateStore(), new RelayKeyOptions(), SystemRandomSource.Instance, DateTime.UtcNow, CancellationToken.None);
        Assert.True(ExitPolicyParser.TryParseConfiguration("accept *:*", out ExitPolicy everything));
        var options = new RelayOptions
        {
            OrPorts = [new IPEndPoint(IPAddress.Loopback, LoopbackPorts.Take())],
            Circuits = new RelayCircuitOptions { ExtendToPrivateAddresses = true },
            Exit = exit ? new ExitOptions { Policy = everything, AllowPrivateAddresses = true } : new ExitOptions(),
        };
        return new PublishedRelay(keys, network, nickname, exit, configure?.Invoke(options) ?? options, directory);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Node.DisposeAsync();
        _link.Tls.Dispose();
        _keys.Dispose();
    }

    internal static DirectoryAuthority AuthorityOf(StockTorNode node) => new(
        node.Name,
        default(RsaIdentity),
        default(RsaIdentity),
        new IPEndPoint(IPAddress.Loopback, node.OrPort),
        IPEndPoint.Parse(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{node.DirPort}")));
}
