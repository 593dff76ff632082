using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.Exits;
using Tunic.Tor.Relay.Exits.Dns;

namespace Tunic.Tor.Relay;

/// <summary>A relay's data path: OR ports, channels, circuits and streams. Who starts it sees to keys, descriptor and consensus.</summary>
public sealed partial class RelayNode : IAsyncDisposable
{
    private const int MaxNames = 16_384;

    private static readonly TimeSpan _tick = TimeSpan.FromSeconds(1);

    private volatile RelayOptions _options;
    private readonly RelaySources _sources;
    private readonly ConnectionLimits _limits;
    private readonly TlsConnector _connector;
    private readonly StreamRequests _streams;
    private readonly IReadOnlyList<RelayListener> _listeners;
    private readonly BandwidthHistory _bandwidth;
    private readonly RelayMetrics _metrics;
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly Lock _gate = new();
    private Task _upkeep = Task.CompletedTask;
    private long _reportedRead;
    private long _reportedWritten;
    private Task? _stopping;

    /// <summary>A relay that is not started yet.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="sources">Keys and network.</param>
    /// <param name="random">For keys.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where faults are reported.</param>
    public RelayNode(RelayOptions options, RelaySources sources, RandomSource random, TimeProvider time, ILogger log)
    {
        _options = options;
        ShutdownWait = options.ShutdownWait;
        _sources = sources;
        QueueMemory queues = sources.Queues ?? new QueueMemory(new CellSegmentPool(), options.Circuits.MaxQueueMemory);
        Environment = new ChannelEnvironment(options.Channels, queues.Cells, random, time, log) { Memory = queues };
        UseBandwidth(options);
        _limits = new ConnectionLimits(options.Connections, address => sources.Relays().HasAddress(address), random);
        ExitRules rules = CreateRules(options.Exit);
        IResolver resolver = sources.Resolver ?? new CachingResolver(new DnsResolver(options.Exit.Dns, random, time), MaxNames, random, time);
        _streams = new StreamRequests(options.Exit, rules, resolver, sources.Directory, sources.Relays, sources.Parameters, Environment);
        Circuits = new RelayCircuits(
            options.Circuits, sources.Handshakes, sources.Parameters, new CircuitCreationLimits(_limits, random), _streams, Environment)
        {
            Opened = sources.CircuitOpened,
        };
        _connector = new TlsConnector(random, new TlsConnectorOptions());
        Channels = new ChannelTable(_connector, () => sources.Link().Channel, Circuits, Environment)
        {
            Upkeep = new ChannelUpkeep(new ChannelUpkeepOptions { IsClient = false }, sources.Padding, Environment),
        };
        Circuits.Connect(Channels, sources.Relays);
        _listeners = [.. options.OrPorts.Select(port => new RelayListener(
            port, sources.Link, _limits, Channels, Circuits, options.Listener, Environment))];
        _bandwidth = sources.Bandwidth ?? new BandwidthHistory(Environment.UtcNow, observationTime: TimeSpan.Zero);
        _metrics = new RelayMetrics(Environment, Channels, _limits, Circuits, _streams);
    }

    /// <summary>Time between the order to stop and the end; at first what the options say.</summary>
    public TimeSpan ShutdownWait { get; set; }

    /// <summary>What the relay's channels share.</summary>
    public ChannelEnvironment Environment { get; }

    /// <summary>Its channels. A node's client may use them too.</summary>
    public ChannelTable Channels { get; }

    /// <summary>The circuits of others.</summary>
    public RelayCircuits Circuits { get; }

    /// <summary>What the relay has shown it can move, bytes per second, for its descriptor.</summary>
    public long ObservedBandwidth => _bandwidth.Assess(Environment.UtcNow);

    /// <summary>Where the OR ports listen, in the order of the options.</summary>
    public IReadOnlyList<IPEndPoint> OrPorts => [.. _listeners.Select(listener => listener.LocalEndPoint)];

    /// <summary>Opens the OR ports.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">One of the addresses is not ours or in use.</exception>
    public void Start()
    {
        foreach (RelayListener listener in _listeners)
        {
            listener.Start();
        }

        _upkeep = RunUpkeepAsync();
    }

    /// <summary>Changes what can change while the relay runs: bandwidth, limits on connections, and where streams may lead.</summary>
    public void Reconfigure(RelayOptions options)
    {
        _options = options;
        UseBandwidth(options);
        _streams.UseRules(CreateRules(options.Exit));
    }

    /// <summary>From now on clients are sent to other exits: this one is about to end. Streams that are open go on.</summary>
    public void RefuseNewStreams() => _streams.RefuseNew();

    /// <summary>Stops taking anything new, waits as long as the options say, and ends everything. May be called again.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping ??= StopAsync();
        }

        return new ValueTask(_stopping);
    }

    private async Task StopAsync()
    {
        Circuits.StopCreating();
        RefuseNewStreams();
        foreach (RelayListener listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        if (Circuits.Count > 0 && ShutdownWait > TimeSpan.Zero)
        {
            await Task.Delay(ShutdownWait, Environment.Time);
        }

        await _stop.CancelAsync();
        await _upkeep;
        await Circuits.DisposeAsync();
        await _streams.DisposeAsync();
        await Channels.DisposeAsync();
        _connector.Dispose();
        _metrics.Dispose();
    }

    private ExitRules CreateRules(ExitOptions exit) => new(exit, () => _sources.Link().Channel.Addresses, _sources.Relays, _sources.Parameters);

    private void UseBandwidth(RelayOptions options)
    {
        (long? Rate, long? Burst)[] limits = [(options.BandwidthRate, options.BandwidthBurst), (options.RelayBandwidthRate, options.RelayBandwidthBurst)];
        Environment.Bandwidth.CountsPrivate = options.CountsPrivateBandwidth;
        Environment.Bandwidth.SetLimits([.. limits.Where(limit => limit.Rate is not null).Select(limit => (limit.Rate!.Value, limit.Burst ?? limit.Rate.Value))]);
    }

    private async Task RunUpkeepAsync()
    {
        using var timer = new PeriodicTimer(_tick, Environment.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                DoUpkeep();
            }
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private void DoUpkeep()
    {
        try
        {
            ReportBandwidth();
            _limits.Options = _sources.Parameters().Dos.Connections ?? _options.Connections;
            Circuits.CloseExpired();
        }
        catch (Exception failure)
        {
            LogFault(Environment.Log, failure);
        }
    }

    private void ReportBandwidth()
    {
        (long read, long written) = (Environment.Bandwidth.BytesRead, Environment.Bandwidth.BytesWritten);
        _bandwidth.Add(read - _reportedRead, written - _reportedWritten, Environment.UtcNow);
        (_reportedRead, _reportedWritten) = (read, written);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault in the relay's upkeep; please report it")]
    private static partial void LogFault(ILogger log, Exception failure);
}
