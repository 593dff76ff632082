using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Mirroring;
using Tunic.Tor.Relay.Keys;
using Tunic.Tor.Relay.OnionServices;
using Tunic.Tor.Relay.SelfTests;

namespace Tunic.Node.Hosting;

/// <summary>A relay in this process: its keys, its data path, its descriptor. What the consensus says it learns from the client beside it.</summary>
internal sealed partial class RelayHost : IAsyncDisposable
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);

    private volatile RelaySettings _settings;
    private readonly NetworkProfile _profile;
    private readonly NodeEnvironment _environment;
    private readonly RelayKeys _keys;
    private readonly RelayNode _node;
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly BandwidthHistory _bandwidth;
    private readonly long _started;
    private readonly List<LinkIdentity> _replacedLinks = [];
    private volatile LinkIdentity _link;
    private volatile HandshakeKeys _handshakes;
    private volatile RelayParameters _parameters;
    private volatile IReadOnlyDictionary<string, int> _consensus = new Dictionary<string, int>();
    private volatile KnownRelays _relays = KnownRelays.None;
    private volatile ChannelPaddingParameters _padding = ChannelPaddingParameters.Default;
    private OnionKeySchedule _schedule = OnionKeySchedule.Default;
    private readonly DescriptorPublisher _publisher;
    private readonly RelaySelfTest _selfTest;
    private readonly AuthorityHost? _authority;
    private readonly DirectoryMirror? _mirror;
    private readonly DirectoryHost? _directory;
    private readonly LivenessHost? _liveness;
    private IReadOnlySet<RsaIdentity> _down = new HashSet<RsaIdentity>();
    private Task _running = Task.CompletedTask;

    private RelayHost(RelaySettings settings, NetworkProfile profile, RelayKeys keys, AuthorityHost? authority, IStateStore store, NodeEnvironment environment)
    {
        _settings = settings;
        _profile = profile;
        _keys = keys;
        _environment = environment;
        _started = environment.Time.GetTimestamp();
        _bandwidth = new BandwidthHistory(UtcNow, settings.ObservationTime);
        _link = CreateLink();
        _handshakes = CreateHandshakes();
        _parameters = CreateParameters(new Dictionary<string, int>());
        _selfTest = CreateSelfTest();
        _publisher = CreatePublisher();
        _authority = authority;
        _liveness = profile.HasLiveness ? new LivenessHost(profile, keys, authority, environment) : null;
        if (settings.Descriptor.IsTunnelledDirectoryServer || settings.DirectoryPorts.Count > 0)
        {
            DirectoryStore documents = authority?.Store ?? new DirectoryStore(new DirectoryStoreOptions());
            _mirror = authority is null ? CreateMirror(documents, store) : null;
            _directory = new DirectoryHost(
                settings.DirectoryPorts,
                asker => _settings.DirectoryPolicy.Admits(asker),
                documents,
                [.. authority is null ? [] : new[] { authority.Handler }, .. _liveness?.Handlers ?? [], CreateOnionServiceDirectory()],
                () => _publisher.Current,
                environment);
        }

        var sources = new RelaySources
        {
            Link = () => _link,
            Handshakes = () => _handshakes,
            Parameters = () => _parameters,
            Padding = () => _padding,
            Relays = () => _relays,
            Bandwidth = _bandwidth,
            Queues = environment.Channels.Memory,
            CircuitOpened = _selfTest.OnCircuit,
            Directory = settings.Descriptor.IsTunnelledDirectoryServer ? _directory!.ServeAsync : null,
        };
        _node = new RelayNode(settings.Relay, sources, environment.Random, environment.Time, environment.Log);
    }

    internal RelayKeys Keys => _keys;

    internal RelayNode Node => _node;

    /// <summary>What others are told.</summary>
    internal RelayDescriptorOptions Descriptor => _settings.Descriptor;

    /// <summary>The relays of the consensus that it goes by.</summary>
    internal KnownRelays Relays => _relays;

    private DateTime UtcNow => _environment.Time.GetUtcNow().UtcDateTime;

    /// <summary>Loads the keys, or makes them.</summary>
    /// <exception cref="KeyFileException">A key file cannot be used; nothing was overwritten.</exception>
    internal static async Task<RelayHost> CreateAsync(
        RelaySettings settings, NetworkProfile profile, IStateStore store, NodeEnvironment environment, CancellationToken cancel)
    {
        RelayKeys keys = await RelayKeys.LoadAsync(
            store, settings.Keys, environment.Random, environment.Time.GetUtcNow().UtcDateTime, cancel);
        await keys.WriteFingerprintsAsync(settings.Descriptor.Nickname, cancel);
        AuthorityHost? authority = settings.Authority is null ? null
            : await AuthorityHost.CreateAsync(settings.Authority, profile, keys.RsaIdentity, store, environment, cancel);
        var host = new RelayHost(settings, profile, keys, authority, store, environment);
        try
        {
            await (host._mirror?.LoadAsync(cancel) ?? Task.CompletedTask);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the OR ports, and publishes the relay from now on.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port cannot be opened.</exception>
    internal void Start(TorClient client)
    {
        client.ViewChanged += OnView;
        client.DownChanged += OnDown;
        if (client.View is { } view)
        {
            OnView(view); // of the cache, read before
        }

        _node.Start();
        Task publishing = _settings.Publishes ? _publisher.RunAsync(_stop.Token) : Task.CompletedTask;
        Task testing = _selfTest.RunAsync(new SelfTestCircuits(client), _stop.Token);
        Task serving = _directory?.RunAsync(_stop.Token) ?? Task.CompletedTask;
        Task mirroring = _mirror?.RunAsync(_stop.Token) ?? Task.CompletedTask;
        Task voting = _authority?.RunAsync(_stop.Token) ?? Task.CompletedTask;
        Task watching = _liveness?.RunAsync(_settings.Publishes, _directory is not null, _stop.Token) ?? Task.CompletedTask;
        Task rotating = new KeyRotation(_keys, () => Volatile.Read(ref _schedule), UseKeys, _environment.Time, _environment.Log).RunAsync(_stop.Token);
        _running = Task.WhenAll(
            WatchAsync(publishing), WatchAsync(testing), WatchAsync(serving), WatchAsync(mirroring), WatchAsync(voting), WatchAsync(watching), WatchAsync(rotating));
    }

    /// <summary>Takes over what can change while the relay runs: exit, bandwidth, rules against floods, and what the descriptor says of these and of the operator.</summary>
    internal void Reconfigure(RelaySettings settings)
    {
        RelaySettings before = _settings;
        RelayDescriptorOptions descriptor = settings.Descriptor with
        {
            OnionRouterPort = before.Descriptor.OnionRouterPort,
            DirectoryPort = before.Descriptor.DirectoryPort,
            IsTunnelledDirectoryServer = before.Descriptor.IsTunnelledDirectoryServer,
        };
        _settings = before with
        {
            Relay = settings.Relay with { OrPorts = before.Relay.OrPorts, Channels = before.Relay.Channels, Circuits = before.Relay.Circuits },
            Descriptor = descriptor,
            DirectoryPolicy = settings.DirectoryPolicy,
            Defenses = settings.Defenses,
            RefusesUnknownRelays = settings.RefusesUnknownRelays,
        };
        _parameters = CreateParameters(_consensus);
        _node.Reconfigure(_settings.Relay);
        if (!descriptor.SaysTheSameAs(before.Descriptor))
        {
            _publisher.MarkDirty("the configuration has changed");
        }
    }

    /// <summary>From now on clients are sent to other exits: this one is about to end.</summary>
    internal void RefuseNewStreams() => _node.RefuseNewStreams();

    public async ValueTask DisposeAsync()
    {
        RefuseNewStreams();
        if (_liveness is not null && !_stop.IsCancellationRequested)
        {
            await _liveness.LeaveAsync();
        }

        await _stop.CancelAsync();
        await _running;
        await _node.DisposeAsync();
        _directory?.Dispose();
        if (_authority is not null)
        {
            await _authority.DisposeAsync();
        }

        _link.Tls.Dispose();
        _replacedLinks.ForEach(link => link.Tls.Dispose());
        _keys.Dispose();
    }

    private DirectoryMirror CreateMirror(DirectoryStore documents, IStateStore files) => new(new DirectoryMirrorEnvironment
    {
        Store = documents,
        Files = files,
        Authorities = _profile.Authorities,
        Client = new DirectoryPortClient(RequestLimit, _environment.Time),
        Random = _environment.Random,
        Time = _environment.Time,
        Log = _environment.Log,
    });

    private DescriptorPublisher CreatePublisher() => new(new DescriptorPublisherEnvironment
    {
        Keys = _keys,
        Options = Describe,
        IsPublishable = () => _selfTest.IsReachable,
        Measure = () => new RelayMeasurements
        {
            Uptime = _environment.Time.GetElapsedTime(_started),
            BandwidthObserved = _bandwidth.Assess(UtcNow),
            Statistics = _bandwidth.ToLines(UtcNow, _settings.Relay.RelayBandwidthRate ?? _settings.Relay.BandwidthRate ?? int.MaxValue),
        },
        Authorities = _profile.Authorities,
        Client = new DirectoryPortClient(RequestLimit, _environment.Time),
        Time = _environment.Time,
        IsTestNetwork = _settings.IsTestNetwork,
        Log = _environment.Log,
    });

    private RelaySelfTest CreateSelfTest()
    {
        bool isAssumed = _settings.AssumesReachable.IPv4 && _settings.AssumesReachable.IPv6;
        return new RelaySelfTest(new SelfTestEnvironment
        {
            Ports = AdvertisedPorts,
            Target = DescribeAsHop,
            IsAssumed = port => port.AddressFamily == AddressFamily.InterNetwork ? _settings.AssumesReachable.IPv4 : _settings.AssumesReachable.IPv6,
            CountsLocalPeers = _settings.Relay.Circuits.ExtendToPrivateAddresses,
            TestsBandwidth = !(isAssumed && _settings.IsTestNetwork), // there the operator means to test nothing
            BandwidthRate = _settings.Descriptor.BandwidthRate,
            BytesRead = () => _node.Environment.Bandwidth.BytesRead,
            ObservedBandwidth = () => _bandwidth.Assess(UtcNow),
            OnBandwidth = _bandwidth.AddSelfTest,
            OnReachable = () => _publisher.MarkDirty("the OR ports were found reachable"),
            Publishes = _settings.Publishes,
            Time = _environment.Time,
            Log = _environment.Log,
        });
    }

    private HopTarget DescribeAsHop(IPEndPoint port)
    {
        var onionKey = new byte[X25519.KeyLength];
        X25519.GetPublicKey(_keys.Current.Descriptor.NtorOnion.Span, onionKey);
        return new HopTarget
        {
            RsaIdentity = _keys.RsaIdentity,
            Ed25519Identity = _keys.Ed25519Identity,
            NtorOnionKey = onionKey,
            Specifiers = port.AddressFamily == AddressFamily.InterNetwork
                ? LinkSpecifiers.For(port, _keys.RsaIdentity, _keys.Ed25519Identity, null)
                : LinkSpecifiers.For(null, _keys.RsaIdentity, _keys.Ed25519Identity, port),
        };
    }

    private IReadOnlyList<IPEndPoint> AdvertisedPorts()
    {
        RelayDescriptorOptions descriptor = Describe();
        var ipv4 = new IPEndPoint(descriptor.Address, descriptor.OnionRouterPort);
        return descriptor.IPv6Address is { } ipv6 ? [ipv4, ipv6] : [ipv4];
    }

    private RelayDescriptorOptions Describe() => _settings.Descriptor.OnionRouterPort != 0
        ? _settings.Descriptor
        : _settings.Descriptor with { OnionRouterPort = (ushort)_node.OrPorts[0].Port };

    /// <summary>Who was down and is not any more can be extended to at once.</summary>
    private void OnDown(IReadOnlySet<RsaIdentity> down) =>
        _node.Circuits.OnUp(Interlocked.Exchange(ref _down, down).Except(down).ToHashSet());

    private void OnView(NetworkView view)
    {
        _consensus = view.Consensus.Parameters;
        _parameters = CreateParameters(_consensus);
        _padding = ChannelPaddingParameters.FromConsensus(view.Consensus.Parameters);
        _relays = new KnownRelays(
            view.Relays.Select(relay => new KnownRelay(
                new(relay.RsaIdentity, relay.Ed25519Identity),
                relay.IPv6Address is { } ipv6 ? [relay.IPv4Address, ipv6] : [relay.IPv4Address])),
            _profile.Authorities.SelectMany(authority => new[] { authority.OnionRouterAddress, authority.DirectoryAddress }));
        Volatile.Write(ref _schedule, OnionKeySchedule.Of(view.Consensus));
        _publisher.OnConsensus(view.Consensus);
        _liveness?.OnView(view);
    }

    private OnionServiceDescriptorHandler CreateOnionServiceDirectory()
    {
        var cache = new OnionServiceDescriptorCache(_environment.Channels.Memory, _settings.MaxOnionServiceCacheBytes);
        return new OnionServiceDescriptorHandler(cache, () => _parameters.MaxOnionServiceDescriptorLength, _environment.Time);
    }

    private RelayParameters CreateParameters(IReadOnlyDictionary<string, int> consensus)
    {
        RelayParameters parameters = RelayParameters.FromConsensus(consensus, _settings.Relay.Connections, _settings.Defenses);
        return _settings.RefusesUnknownRelays is { } wish ? parameters with { RefusesUnknownRelays = wish } : parameters;
    }

    private void UseKeys(RelayKeyChanges changes)
    {
        if (changes.HasFlag(RelayKeyChanges.Link))
        {
            _replacedLinks.ForEach(link => link.Tls.Dispose()); // of the time before: nothing uses them any more
            _replacedLinks.Clear();
            _replacedLinks.Add(_link);
            _link = CreateLink();
        }

        if ((changes & (RelayKeyChanges.Onion | RelayKeyChanges.OldOnionForgotten)) != 0)
        {
            _handshakes = CreateHandshakes();
        }

        if ((changes & (RelayKeyChanges.Onion | RelayKeyChanges.Signing)) != 0)
        {
            _publisher.MarkDirty("the keys have changed");
        }
    }

    /// <summary>A fault in the upkeep is told and does not end the relay.</summary>
    private async Task WatchAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // stopped
        }
        catch (Exception failure)
        {
            LogFault(_environment.Log, failure);
        }
    }

    private LinkIdentity CreateLink()
    {
        RelayLinkKeys link = _keys.Current.Link;
        RelayDescriptorOptions descriptor = _settings.Descriptor;
        return new LinkIdentity(
            link.CreateTlsContext(),
            new ChannelIdentity(link.Certificates, descriptor.IPv6Address is { } ipv6 ? [descriptor.Address, ipv6.Address] : [descriptor.Address]));
    }

    private HandshakeKeys CreateHandshakes() => new(_keys.RsaIdentity, _keys.Ed25519Identity, _keys.Current.NtorKeys);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in the relay's upkeep; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
