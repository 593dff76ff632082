using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Overlay;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Liveness;
using Tunic.Tor.Client.NetworkDirectory;
using Tunic.Tor.Client.OnionServices.Circuits;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Liveness;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Cells.Queues;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Client;

/// <summary>A Tor client: learns the network, keeps circuits, opens streams. Start it once, dispose it once.</summary>
/// <remarks>Thread safe.</remarks>
public sealed class TorClient : IOverlay, IStreamOpener, IAsyncDisposable
{
    private const int MaxPathsTowards = 8;

    private volatile ClientOptions _options;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ChannelTable _channels;
    private readonly PathPlanner _planner;
    private readonly DirectoryFetcher _fetcher;
    private readonly ClientDirectory _directory;
    private readonly CircuitBuilder _builder;
    private readonly CircuitPool _pool;
    private readonly StreamConnector _connector;
    private readonly OnionCircuits _onionCircuits;
    private readonly OnionVisitor _visitor;
    private readonly DirectoryFetcher _livenessFetcher;
    private readonly ClientLiveness? _liveness;
    private readonly ClientMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstCircuit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ProgressFilter _progress;
    private TlsConnector? _ownConnector;
    private Task _running = Task.CompletedTask;
    private Consensus? _latestConsensus;
    private volatile IdleTimes _idle;
    private int _disposed;

    /// <summary>A client that does nothing until <see cref="Start"/>.</summary>
    /// <param name="profile">The network.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="connector">How to reach relays.</param>
    /// <param name="store">Where guards and directory documents are kept.</param>
    /// <param name="environment">Channels' limits, clock, randomness and log.</param>
    public TorClient(
        NetworkProfile profile, ClientOptions options, IRelayConnector connector, IStateStore store, ChannelEnvironment environment)
    {
        _options = options;
        _time = environment.Time;
        _log = environment.Log;
        RandomSource random = _random = environment.Random;
        _idle = new IdleTimes(ChannelPaddingParameters.Default, options, random);
        _progress = new ProgressFilter(progress => BootstrapChanged?.Invoke(progress));
        _channels = new ChannelTable(connector, () => ChannelIdentity.Anonymous, acceptor: null, environment)
        {
            Upkeep = new ChannelUpkeep(new ChannelUpkeepOptions { IsClient = true, Padding = options.Padding }, () => _idle.Parameters, environment),
        };
        _planner = new PathPlanner(options, profile.IsPrivate, _time, random);
        var circuits = new CircuitEnvironment(random, new PaddingSource(random), _time, CreateSettings);
        var clock = new ClockWatch(_time, _log);
        Circuits = new CircuitRegister(_time);
        Addresses = new AddressMap(random);
        _fetcher = new DirectoryFetcher(profile, _channels, circuits, _planner, clock, random, _log) { Progress = _progress, Register = Circuits };
        Bandwidth = environment.Bandwidth;
        Cache = new DirectoryCache(store, _log);
        _directory = new ClientDirectory(
            profile, options, Cache, _fetcher, _planner, clock, random, _time, _log, _progress)
        {
            OnView = OnView,
        };
        _builder = new CircuitBuilder(_channels, circuits, _planner, Circuits, _time);
        _pool = new CircuitPool(options, _builder.BuildAsync, _planner, _time, _log)
        {
            OnBuilt = OnCircuitBuilt,
            UnusedLifetime = () => _idle.UnusedCircuitLifetime,
        };
        _onionCircuits = new OnionCircuits(_planner, _builder.BuildAsync, _directory.Ready, () => _idle.UnusedCircuitLifetime, _time, _log);
        OnionServices = new OnionServiceHost(new OnionServiceEnvironment(
            _onionCircuits,
            new DirectCircuits(_channels, circuits, options.Addresses),
            new ServiceNetworks(() => _directory.Ready.IsCompletedSuccessfully ? View : null, MayServeUs, profile.IsTestNetwork).Get,
            profile.IsPrivate,
            random,
            _time,
            _log));
        _visitor = new OnionVisitor(
            new VisitEnvironment(_onionCircuits, OnionAuthorizations, () => _options, _directory.Ready, () => _planner.View, random, _time, _log)
            {
                IsTestNetwork = profile.IsTestNetwork,
                IsPrivateNetwork = profile.IsPrivate,
                Tell = notice => OnionDescriptorFetched?.Invoke(notice),
            });
        _connector = new StreamConnector(options, _directory.Ready, _pool, Circuits, Streams, Addresses, _visitor.OpenAsync, _time, _stop.Token)
        {
            Opened = (request, hops) => StreamOpened?.Invoke(request, hops),
        };
        ControlledCircuits = new ControlledCircuits(_builder, _pool, _planner, Circuits, _log);
        _metrics = new ClientMetrics(environment, _channels, _pool);
        WarnOfShortPaths(options);
        _livenessFetcher = new DirectoryFetcher(profile, _channels, circuits, _planner, clock, random, _log);
        _liveness = profile.HasLiveness ? new ClientLiveness(profile, _time, _log) { OnChanged = OnDown } : null;
    }

    /// <summary>A client that a program has for itself, bootstrapping already: the rest of what it needs is made here, and goes when it is disposed.</summary>
    /// <param name="profile">The network: <see cref="Tunic.Tor.Network.NetworkDirectory.Profiles.PublicTorNetwork"/>, or what a network file describes.</param>
    /// <param name="options">How to behave; the usual ways by default.</param>
    /// <param name="store">
    /// Where guards and directory documents are kept. Default: memory only. A program that is started again and again should keep them: who
    /// chooses new guards each time meets a bad one sooner.
    /// </param>
    /// <param name="log">Default: nobody listens.</param>
    public static TorClient Open(NetworkProfile profile, ClientOptions? options = null, IStateStore? store = null, ILogger? log = null)
    {
        RandomSource random = SystemRandomSource.Instance;
        var connector = new TlsConnector(random, new TlsConnectorOptions());
        var environment = new ChannelEnvironment(new ChannelOptions(), new CellSegmentPool(), random, TimeProvider.System, log ?? NullLogger.Instance);
        var client = new TorClient(profile, options ?? new ClientOptions(), connector, store ?? new MemoryStateStore(), environment) { _ownConnector = connector };
        client.Start();
        return client;
    }

    /// <summary>Raised as the bootstrap goes on, in rising order of percent.</summary>
    public event Action<BootstrapProgress>? BootstrapChanged;

    /// <summary>Raised with each new picture of the network: after a consensus, and as microdescriptors arrive.</summary>
    public event Action<NetworkView>? ViewChanged;

    /// <summary>Raised when relays go down or come up again, before the next consensus says so; see <see cref="DownRelays"/>.</summary>
    public event Action<IReadOnlySet<RsaIdentity>>? DownChanged;

    /// <summary>Raised when a stream has been opened, with the path of its circuit, guard first.</summary>
    public event Action<StreamRequest, IReadOnlyList<Relay>>? StreamOpened;

    /// <summary>Raised with each question for the descriptor of an onion service; on any thread.</summary>
    internal event Action<DescriptorFetchNotice>? OnionDescriptorFetched;

    /// <summary>Keys of onion services that let in only those they know.</summary>
    public ClientAuthorizations OnionAuthorizations { get; } = new();

    /// <summary>How far the bootstrap has come.</summary>
    public BootstrapProgress Bootstrap => _progress.Latest;

    /// <summary>Ends when the first circuit is there; fails when the client stops before.</summary>
    public Task Bootstrapped => _firstCircuit.Task;

    /// <summary>Ends when enough of the network is known to build circuits.</summary>
    public Task DirectoryReady => _directory.Ready;

    /// <summary>Fails with <see cref="OutdatedProgramException"/> when the client has stopped because the network requires what this program does not speak.</summary>
    public Task Completion => _running;

    /// <summary>The onion services of this client: those that are added here, until they are removed or the client ends.</summary>
    public OnionServiceHost OnionServices { get; }

    /// <summary>What is known of the network; null until the directory is there.</summary>
    public NetworkView? View => _planner.View;

    /// <summary>The paths of the circuits that are open now, guard first.</summary>
    public IReadOnlyList<IReadOnlyList<Relay>> OpenPaths => [.. _pool.Open.Select(circuit => circuit.Path.Hops)];

    /// <summary>Reads what earlier runs have left, so that a bad file is known before anything is started. <see cref="Start"/> does it if nobody has.</summary>
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OutdatedProgramException">The network requires what this program does not speak.</exception>
    public Task LoadAsync(CancellationToken cancel) => _directory.LoadAsync(cancel);

    /// <summary>Begins to bootstrap. Returns at once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>
    /// Changes what can change while the client runs: constraints and families of paths, addresses, and the times and limits of streams and
    /// circuits. Guards and what is learnt stay.
    /// </summary>
    public void Reconfigure(ClientOptions options)
    {
        _options = options;
        _idle = new IdleTimes(_idle.Parameters, options, _random);
        _planner.Reconfigure(options);
        _pool.Reconfigure(options);
        _connector.Reconfigure(options);
        _onionCircuits.RetireAll();
    }

    /// <summary>
    /// Hops of circuits to exits, 2 to 8; begins as <see cref="ClientOptions.PathLength"/>. A change takes the circuits of the old length out of
    /// use: streams that are open on them go on, new ones get circuits of the new length.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the range.</exception>
    public int PathLength
    {
        get => _pool.PathLength;
        set
        {
            if (value == PathLength)
            {
                return;
            }

            ClientOptions changed = _options with { PathLength = value };
            WarnOfShortPaths(changed);
            _pool.ChangePathLength(changed.PathLength);
        }
    }

    /// <summary>Streams opened from now on use circuits that no earlier stream has used, and nothing that was learnt of onion services.</summary>
    public void UseNewCircuits()
    {
        Streams.BeginEpoch();
        _pool.RetireAll();
        _visitor.Clear();
        _onionCircuits.UseNewCircuits();
    }

    /// <summary>New streams wait until a controller chooses their circuits (<c>__LeaveStreamsUnattached</c>). Default false.</summary>
    public bool LeavesStreamsUnattached
    {
        get => Streams.LeavesUnattached;
        set => Streams.LeavesUnattached = value;
    }

    /// <summary>All circuits with their numbers.</summary>
    internal CircuitRegister Circuits { get; }

    /// <summary>All streams with their numbers.</summary>
    internal StreamRegister Streams { get; } = new();

    /// <summary>Targets that stand for others.</summary>
    internal AddressMap Addresses { get; }

    /// <summary>Circuits that a controller makes and changes.</summary>
    internal ControlledCircuits ControlledCircuits { get; }

    /// <summary>Guards and build times.</summary>
    internal PathPlanner Planner => _planner;

    /// <summary>Links to relays.</summary>
    internal ChannelTable Channels => _channels;

    /// <summary>What channels have moved.</summary>
    internal ChannelBandwidth Bandwidth { get; }

    /// <summary>Documents as they were received.</summary>
    internal DirectoryCache Cache { get; }

    /// <inheritdoc/>
    public bool IsMapped(string host) => Addresses.Rewrite(host) != host;

    /// <summary>Relays of the consensus that new paths avoid, because the authorities say that they are down (docs/spec/liveness.md).</summary>
    public IReadOnlySet<RsaIdentity> DownRelays => _liveness?.Down ?? new HashSet<RsaIdentity>();

    /// <summary>Builds a circuit through a guard and a middle to this relay. The caller closes it.</summary>
    /// <exception cref="TunicException">It could not be built.</exception>
    public Task<OriginCircuit> BuildCircuitToAsync(Relay relay, CancellationToken cancel) =>
        BuildCircuitToAsync(HopTargets.Create(relay, carriesStreams: false, CongestionControlParameters.Default), cancel);

    /// <summary>Builds a circuit through a guard and a middle to a relay that the consensus need not list. The caller closes it.</summary>
    /// <exception cref="TunicException">It could not be built.</exception>
    public async Task<OriginCircuit> BuildCircuitToAsync(HopTarget end, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        try
        {
            return await TryBuildCircuitToAsync(end, either.Token);
        }
        catch (Exception) when (_stop.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new CircuitEndedException(ErrorKind.ShuttingDown, "the client is shutting down");
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(HostAndPort target, IsolationKey isolation, CancellationToken cancel) =>
        new TorStream(await OpenAsync(new StreamRequest(target, isolation), cancel));

    /// <inheritdoc/>
    public Task<IOverlayListener> ListenAsync(Ed25519PrivateKey key, ushort port, CancellationToken cancel) =>
        OnionServices.ListenAsync(key, port, options: null, cancel);

    /// <inheritdoc/>
    public async Task<CircuitStream> OpenAsync(StreamRequest request, CancellationToken cancel)
    {
        CircuitStream opened = await _connector.ConnectAsync(request, cancel);
        if (!request.ContinueInline)
        {
            await ReceiveLoop.LeaveAsync(); // the caller may block
        }

        return opened;
    }

    /// <inheritdoc/>
    public async Task<Resolved> ResolveAsync(string nameOrAddress, IsolationKey isolation, CancellationToken cancel)
    {
        Resolved resolved = await _connector.ResolveAsync(nameOrAddress, isolation, cancel);
        await ReceiveLoop.LeaveAsync();
        return resolved;
    }

    /// <summary>The descriptors of onion services that were visited.</summary>
    internal OnionDescriptors OnionDescriptors => _visitor.Descriptors;

    /// <summary>Closes all circuits and channels, writes what must be kept, and waits until everything has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await OnionServices.DisposeAsync();
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ControlledCircuits.DisposeAsync();
        await _visitor.DisposeAsync();
        await _onionCircuits.DisposeAsync();
        OnionAuthorizations.Dispose();
        await _pool.DisposeAsync();
        await _fetcher.DisposeAsync();
        await _livenessFetcher.DisposeAsync();
        await _channels.DisposeAsync();
        _ownConnector?.Dispose();
        _metrics.Dispose();
        await _directory.SaveStateAsync(CancellationToken.None);
        _firstCircuit.TrySetException(new CircuitEndedException(ErrorKind.ShuttingDown, "the client was stopped"));
        _ = _firstCircuit.Task.Exception;
    }

    private async Task RunAsync()
    {
        try
        {
            await LoopGroup.RunAsync([_directory.RunAsync, UseDirectoryAsync], _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // the client is shutting down
        }
        catch (OutdatedProgramException failure)
        {
            _firstCircuit.TrySetException(failure);
            await _stop.CancelAsync();
            throw;
        }
        catch (Exception failure) when (failure is CorruptStateException or IOException)
        {
            TorClientLog.CannotStart(_log, failure.Message);
            _firstCircuit.TrySetException(failure);
        }
        catch (Exception failure)
        {
            TorClientLog.Stopped(_log, failure);
            _firstCircuit.TrySetException(failure);
        }
    }

    private async Task<OriginCircuit> TryBuildCircuitToAsync(HopTarget end, CancellationToken cancel)
    {
        (OriginCircuit circuit, CircuitRecord record) = await BuildTowardsAsync(end, cancel);
        try
        {
            await circuit.ExtendAsync(end, cancel);
            Circuits.OnHop(record, circuit, end.RsaIdentity);
            Circuits.OnBuilt(record, mustWaitForGuard: false);
            return circuit;
        }
        catch
        {
            circuit.Close();
            throw;
        }
    }

    /// <summary>The guard and the middle. That one of them is down says nothing of the end, so others are tried.</summary>
    private async Task<(OriginCircuit Circuit, CircuitRecord Record)> BuildTowardsAsync(HopTarget end, CancellationToken cancel)
    {
        await _directory.Ready.WaitAsync(cancel);
        var request = new PathRequest { Length = 2, IsInternal = true, Excluded = [end.RsaIdentity], ExcludedGuards = [end.RsaIdentity] };
        for (int attempt = 1; ; attempt++)
        {
            if (_planner.Select(request).Path is not { } path)
            {
                throw new CircuitEndedException(ErrorKind.RemoteUnreachable, "there are not enough other relays for a circuit");
            }

            CongestionControlParameters congestion = CongestionControlParameters.FromConsensus(_planner.View!.Consensus.Parameters);
            CircuitRecord record = Circuits.Launch(CircuitPurpose.Testing, "IS_INTERNAL", "NEED_CAPACITY");
            try
            {
                return ((await _builder.BuildAsync(path, congestion, record, cancel)).Circuit, record);
            }
            catch (CircuitBuildException) when (attempt < MaxPathsTowards)
            {
                // the builder has told the guards
            }
        }
    }

    private async Task UseDirectoryAsync(CancellationToken stop)
    {
        await _directory.Ready.WaitAsync(stop);
        _progress.Report(BootstrapProgress.BuildingCircuit);
        _pool.Start();
        OnionServices.OnNetworkChanged();
        await FollowLivenessAsync(stop);
    }

    /// <summary>A fault in it is told, and the client goes on with the consensus alone.</summary>
    private async Task FollowLivenessAsync(CancellationToken stop)
    {
        try
        {
            await (_liveness?.RunAsync(AskLivenessAsync, _livenessFetcher.ForgetAsync, stop) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the client is shutting down
        }
        catch (Exception failure)
        {
            TorClientLog.LivenessFault(_log, failure);
        }
    }

    private async Task<DirectoryResponse> AskLivenessAsync(DirectoryRequest request, CancellationToken cancel)
    {
        DirectoryResponse response = await _livenessFetcher.AskAsync(request, LivenessPoll.AnswerLimit, cancel);
        await ReceiveLoop.LeaveAsync(); // those who are told that relays are down
        return response;
    }

    private void OnView(NetworkView view)
    {
        if (!ReferenceEquals(view.Consensus, _latestConsensus))
        {
            _latestConsensus = view.Consensus;
            _idle = new IdleTimes(ChannelPaddingParameters.FromConsensus(view.Consensus.Parameters), _options, _random);
        }

        _liveness?.OnView(view);
        OnionServices.OnNetworkChanged();
        ViewChanged?.Invoke(view);
    }

    private void OnDown(IReadOnlySet<RsaIdentity> down)
    {
        Predicate<Relay> isDown = relay => down.Contains(relay.RsaIdentity);
        _planner.MarkDown(down.Count == 0 ? null : isDown);
        _pool.Avoid(isDown);
        _onionCircuits.Avoid(isDown);
        DownChanged?.Invoke(down);
    }

    private bool MayServeUs(Relay relay) => _options.Constraints.ExcludeNodes?.Contains(relay) != true && !DownRelays.Contains(relay.RsaIdentity);

    private CircuitEdgeSettings CreateSettings()
    {
        if (_planner.View?.Consensus.Parameters is not { } parameters)
        {
            return new CircuitEdgeSettings { Role = CircuitRole.Origin };
        }

        return new CircuitEdgeSettings
        {
            Role = CircuitRole.Origin,
            Congestion = CongestionControlParameters.FromConsensus(parameters),
            Sendme = SendmeParameters.FromConsensus(parameters),
            StreamFlow = StreamFlowControlParameters.FromConsensus(parameters),
            BuildTimeout = _planner.BuildTimeout,
        };
    }

    private void WarnOfShortPaths(ClientOptions options)
    {
        if (options.PathLength < ClientOptions.DefaultPathLength)
        {
            TorClientLog.ShortPaths(_log, options.PathLength);
        }
    }

    private void OnCircuitBuilt(PooledCircuit circuit)
    {
        Circuits.OnGuardConfirmed(circuit.Circuit);
        if (_firstCircuit.TrySetResult())
        {
            _progress.Report(BootstrapProgress.Done);
        }
    }
}
