using Microsoft.Extensions.Logging;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>One onion service: does what its <see cref="OnionServiceState"/> says is to be done. Made by <see cref="OnionServiceHost"/>.</summary>
/// <remarks>Thread safe: one gate guards the state; nothing waits inside it.</remarks>
public sealed partial class OnionService : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly OnionServiceEnvironment _environment;
    private readonly Ed25519PrivateKey _identity;
    private readonly OnionServiceState _state;
    private readonly IntroductionListener _listener;
    private readonly DescriptorUploader _uploader;
    private readonly RendezvousMaker _rendezvous;
    private readonly StreamTargets _targets;
    private readonly BackgroundTasks _tasks;
    private readonly AsyncSignal _wake = new(continueInline: false);
    private readonly Lock _gate = new();
    private readonly Dictionary<ServiceIntroductionPoint, CancellationTokenSource> _listening = [];
    private readonly Dictionary<ServiceDescriptor, UploadRound> _uploads = [];
    private ServiceNetwork? _network;
    private uint _lastVisit;
    private int _visitors;
    private bool _hasWarned;
    private int _disposed;

    internal OnionService(Ed25519PrivateKey identity, OnionServiceOptions options, OnionServiceEnvironment environment)
    {
        (_identity, _environment, Options) = (identity, environment, options);
        Address = new OnionAddress(identity.PublicKey);
        _state = new OnionServiceState(identity, options, environment.Random, environment.UtcNow, environment.Now);
        _listener = new IntroductionListener(environment, options);
        _uploader = new DescriptorUploader(environment);
        _rendezvous = new RendezvousMaker(environment, options);
        _targets = new StreamTargets(environment.Time, environment.Log);
        _tasks = new BackgroundTasks(environment.Log);
    }

    /// <summary>Raised when <see cref="Status"/> is another; on any thread.</summary>
    public event Action<OnionService>? StatusChanged;

    /// <summary>Raised with what happens to its descriptors; on any thread.</summary>
    public event Action<DescriptorUploadNotice>? DescriptorChanged;

    /// <summary>Under which visitors know it.</summary>
    public OnionAddress Address { get; }

    /// <summary>How it behaves.</summary>
    public OnionServiceOptions Options { get; }

    /// <summary>How far it has come.</summary>
    public OnionServiceStatus Status { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Circuits of visitors that are open now.</summary>
    public int VisitorCount => Volatile.Read(ref _visitors);

    /// <summary>Circuits of visitors so far.</summary>
    public long TotalVisitors => Volatile.Read(ref _lastVisit);

    /// <summary>The version of the descriptor that visitors fetch now; null before the first upload.</summary>
    internal ReadOnlyMemory<byte>? CurrentDescriptor => InGate<ReadOnlyMemory<byte>?>(
        () => _state.Current is { } current && _uploads.TryGetValue(current, out UploadRound? round) ? round.Version.Text : null);

    /// <summary>Begins its work. Returns at once.</summary>
    internal void Start() => _tasks.TryRun(RunAsync);

    /// <summary>The network has changed: what is due is looked at again now.</summary>
    internal void OnNetworkChanged() => _wake.Set();

    /// <summary>Closes all its circuits and waits until everything has ended. Its descriptors live on at the directories until they are too old.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            foreach (InProcessTarget target in Options.Ports.Select(port => port.Target).OfType<InProcessTarget>())
            {
                target.Close();
            }

            await _tasks.DisposeAsync();
            _state.Dispose();
            _identity.Dispose();
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await using CancellationTokenRegistration stopped = stop.Register(_wake.Set);
        await using ITimer timer = _environment.Time.CreateTimer(_ => _wake.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (!stop.IsCancellationRequested)
        {
            bool someWait = Step();
            timer.Change(someWait ? RendezvousQueue<RendezvousRequest>.RetryInterval : _interval, Timeout.InfiniteTimeSpan);
            await _wake.WaitAsync();
        }
    }

    /// <summary>Does all that is due.</summary>
    /// <returns>Whether introductions wait.</returns>
    private bool Step()
    {
        List<Action> due = [];
        bool someWait;
        lock (_gate)
        {
            (DateTime utcNow, TimeSpan now) = (_environment.UtcNow, _environment.Now);
            if (_environment.GetNetwork() is { } network)
            {
                _network = network;
                _state.Update(network, utcNow, now);
            }

            while (_state.TryTakeRetired(out ServiceIntroductionPoint? retired))
            {
                if (_listening.Remove(retired, out CancellationTokenSource? listening))
                {
                    due.Add(listening.Cancel);
                }
            }

            while (_state.TryTakeAttempt(now, out ServiceIntroductionPoint? point))
            {
                var stop = new CancellationTokenSource(); // holds no timer, so it needs no dispose
                _listening[point] = stop;
                due.Add(() => _tasks.TryRun(cancel => ListenAsync(point, stop, cancel)));
            }

            while (_state.TryTakeUpload(utcNow, now, out DescriptorVersion? version))
            {
                due.AddRange(BeginUpload(version));
            }

            if (_state.IsTooLong && !_hasWarned)
            {
                _hasWarned = true;
                due.Add(() => LogTooLong(_environment.Log, Options.AuthorizedClients.Count));
            }

            due.AddRange(TakeIntroductions(now));
            someWait = _state.Introductions.Count > 0;
        }

        due.ForEach(action => action());
        UpdateStatus();
        return someWait;
    }

    private async Task ListenAsync(ServiceIntroductionPoint point, CancellationTokenSource stop, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancel);
        try
        {
            await _listener.RunAsync(
                point,
                () => InGate(() => _state.OnOpened(point, _environment.Now)),
                () =>
                {
                    lock (_gate)
                    {
                        _state.OnEstablished(point);
                    }

                    _wake.Set();
                },
                body => OnIntroduction(point, body.Span),
                either.Token);
        }
        finally
        {
            lock (_gate)
            {
                _listening.Remove(point);
                _state.OnEnded(point);
            }
        }
    }

    private void OnIntroduction(ServiceIntroductionPoint point, ReadOnlySpan<byte> body)
    {
        TimeSpan now = _environment.Now;
        IReadOnlyList<Subcredential> subcredentials = InGate(() => _state.GetSubcredentials(point));
        if (!IntroductionReader.TryRead(point, subcredentials, body, now, out RendezvousRequest? request))
        {
            return;
        }

        List<Action> due = [];
        lock (_gate)
        {
            if (_state.Introductions.TryAdd(request, now))
            {
                point.Introductions++;
                due.AddRange(TakeIntroductions(now));
            }
        }

        due.ForEach(action => action());
    }

    /// <summary>Those that are to be answered now. Inside the gate.</summary>
    private List<Action> TakeIntroductions(TimeSpan now)
    {
        List<Action> due = [];
        while (_network is { } network && _state.Introductions.TryTake(now, out RendezvousRequest? request))
        {
            due.Add(() => _tasks.TryRun(cancel => MeetAsync(request, network, cancel)));
        }

        return due;
    }

    private async Task MeetAsync(RendezvousRequest request, ServiceNetwork network, CancellationToken cancel)
    {
        var streams = new VisitorStreams(() => Options, _targets, _tasks, Interlocked.Increment(ref _lastVisit), _environment.Random, _environment.Log);
        OriginCircuit? circuit;
        try
        {
            circuit = await _rendezvous.MeetAsync(request, network, streams, cancel);
        }
        finally
        {
            lock (_gate)
            {
                _state.Introductions.OnDone();
            }
        }

        if (circuit is null)
        {
            return;
        }

        Interlocked.Increment(ref _visitors);
        try
        {
            await circuit.Completion.WaitAsync(cancel);
        }
        finally
        {
            circuit.Close();
            Interlocked.Decrement(ref _visitors);
        }
    }

    /// <summary>A newer version takes the place of the one that may still be under way: a directory must not get the older one last. Inside the gate.</summary>
    private List<Action> BeginUpload(DescriptorVersion version)
    {
        List<Action> due = [];
        if (_uploads.TryGetValue(version.Descriptor, out UploadRound? before))
        {
            due.Add(before.Stop.Cancel);
        }

        foreach (ServiceDescriptor over in _uploads.Keys.Except(_state.Descriptors).ToArray())
        {
            _uploads.Remove(over);
        }

        var round = new UploadRound(version);
        _uploads[version.Descriptor] = round;
        due.Add(() => Tell(DescriptorUploadStep.Created, version, directory: null));
        foreach (Relay directory in Options.Publishes ? version.Directories : [])
        {
            due.Add(() => _tasks.TryRun(cancel => UploadAsync(round, directory, cancel)));
        }

        return due;
    }

    private async Task UploadAsync(UploadRound round, Relay directory, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(round.Stop.Token, cancel);
        try
        {
            Tell(DescriptorUploadStep.Upload, round.Version, directory);
            DescriptorUploadStep result = await _uploader.UploadAsync(directory, round.Version.Text, either.Token);
            Tell(result, round.Version, directory);
            if (result != DescriptorUploadStep.Uploaded)
            {
                LogNotUploaded(_environment.Log, result, directory.Status.Nickname);
                return;
            }

            lock (_gate)
            {
                round.Done.Add(directory);
            }

            UpdateStatus();
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // a newer version is under way, or the service ends
        }
    }

    private void UpdateStatus()
    {
        lock (_gate)
        {
            ServiceDescriptor? current = _state.Current;
            UploadRound? round = current is null ? null : _uploads.GetValueOrDefault(current);
            var status = new OnionServiceStatus(
                current?.EstablishedCount ?? 0, current?.WantedCount ?? 0, round?.Done.Count ?? 0, round?.Version.Directories.Count ?? 0);
            if (status == Status)
            {
                return;
            }

            Status = status;
        }

        StatusChanged?.Invoke(this);
    }

    private T InGate<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private void Tell(DescriptorUploadStep step, DescriptorVersion version, Relay? directory) =>
        DescriptorChanged?.Invoke(new DescriptorUploadNotice(step, Address, version.BlindedKey, directory)
        {
            DirectoryIndex = directory is null ? null : version.Placement.GetDirectoryIndex(directory.Ed25519Identity),
        });

    [LoggerMessage(Level = LogLevel.Warning, Message = "The descriptor of an onion service is longer than directories take: {Clients} authorized clients are too many.")]
    private static partial void LogTooLong(ILogger log, int clients);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The descriptor of an onion service was not uploaded to the directory {Nickname}: {Result}.")]
    private static partial void LogNotUploaded(ILogger log, DescriptorUploadStep result, string nickname);
}
