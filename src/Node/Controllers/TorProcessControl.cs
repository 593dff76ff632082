using System.Runtime.InteropServices;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Controllers;

/// <summary>The running `tunic tor` as controllers see it.</summary>
internal sealed class TorProcessControl : IControlProcess, IAsyncDisposable
{
    /// <summary>Stock's limit: one change of circuits in so much time.</summary>
    private static readonly TimeSpan NewNymInterval = TimeSpan.FromSeconds(10);

    private readonly ClientNode _node;
    private readonly ProcessSignals _signals;
    private readonly NodeEnvironment _environment;
    private readonly ITimer _newNym;
    private readonly long _startedAt;
    private readonly Lock _gate = new();
    private long? _lastNewNym;
    private bool _isNewNymPending;

    internal TorProcessControl(ClientNode node, ProcessSignals signals, NodeEnvironment environment)
    {
        (_node, _signals, _environment) = (node, signals, environment);
        _startedAt = environment.Time.GetTimestamp();
        _newNym = environment.Time.CreateTimer(_ => UseNewCircuits(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        signals.HangedUp += OnHangedUp;
    }

    /// <inheritdoc/>
    public event Action<ControlEventKind, string>? Logged;

    /// <inheritdoc/>
    public event Action<ControlSignal>? Signalled;

    /// <inheritdoc/>
    public string Version => ProgramVersion.Full;

    /// <inheritdoc/>
    public ControlEventKind? LeastLogged
    {
        set => _environment.Log.Tap = value is { } least
            ? new LogTap(SeverityOf(least), (severity, text) => Logged?.Invoke(KindOf(severity), text))
            : null;
    }

    /// <inheritdoc/>
    public long MaxMemoryInQueues => _environment.Channels.Memory.Limit;

    /// <inheritdoc/>
    public ControlRelayFacts? Relay => DescribeRelay();

    /// <summary>What is known of the relay in this process; asked each time.</summary>
    internal Func<ControlRelayFacts?> DescribeRelay { get; init; } = () => null;

    /// <summary>Where ports listen that are not the client's, by kind.</summary>
    internal Func<string, IReadOnlyList<string>> OtherListeners { get; init; } = _ => [];

    /// <summary>The ClientOnionAuthDir; null for none.</summary>
    internal Func<string?> AuthorizationDirectory { get; init; } = () => null;

    /// <inheritdoc/>
    public async Task<bool> TryStoreAsync(OnionAddress address, ClientAuthorizationKey key, CancellationToken cancel)
    {
        if (AuthorizationDirectory() is not { } directory)
        {
            _environment.Log.Warn($"Can't register permanent client auth credentials for {address.ToLabel()} without ClientOnionAuthDir option. Discarding.");
            return false;
        }

        try
        {
            await ClientAuthorizationFiles.WriteAsync(directory, address, key, cancel);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _environment.Log.Warn($"The key for {address.ToLabel()} was not stored: {failure.Message}");
            return false;
        }
    }

    /// <inheritdoc/>
    public void Forget(OnionAddress address)
    {
        try
        {
            ClientAuthorizationFiles.Delete(AuthorizationDirectory(), address);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _environment.Log.Warn($"The file with the key for {address.ToLabel()} was not removed, so that the key will be there again at the next start: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public void Signal(ControlSignal signal)
    {
        switch (signal)
        {
            case ControlSignal.Reload:
                _signals.HangUp(); // which tells of itself
                return;
            case ControlSignal.Shutdown:
                Signalled?.Invoke(signal);
                _signals.RequestStop(PosixSignal.SIGINT);
                return;
            case ControlSignal.Halt:
                Signalled?.Invoke(signal);
                _signals.RequestStop(PosixSignal.SIGTERM);
                return;
            case ControlSignal.NewNym:
                AskForNewCircuits();
                return;
            case ControlSignal.Heartbeat or ControlSignal.Dump:
                WriteHeartbeat();
                break;
            case ControlSignal.Debug:
                _environment.Log.Notice("Caught USR2, going to loglevel debug. Send HUP to change back.");
                break;
            case ControlSignal.Dormant:
                _environment.Log.Notice("Going dormant because of controller request.");
                break;
            case ControlSignal.Active:
                _environment.Log.Notice("Became active because of controller request.");
                break;
        }

        Signalled?.Invoke(signal);
    }

    /// <inheritdoc/>
    public void OnOwnerGone()
    {
        _environment.Log.Notice("Owning controller connection has closed -- exiting now.");
        _signals.Stop();
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? GetListeners(string kind) => kind switch
    {
        "socks" => _node.GetListeners("Socks"),
        "httptunnel" => _node.GetListeners("HTTP tunnel"),
        "dns" => _node.GetListeners("DNS"),
        "control" => _node.GetListeners("Control"),
        "or" or "dir" or "metrics" => OtherListeners(kind),
        "extor" or "trans" or "natd" => [],
        _ => null,
    };

    public ValueTask DisposeAsync()
    {
        _signals.HangedUp -= OnHangedUp;
        _environment.Log.Tap = null;
        return _newNym.DisposeAsync();
    }

    private void OnHangedUp() => Signalled?.Invoke(ControlSignal.Reload);

    private void AskForNewCircuits()
    {
        lock (_gate)
        {
            if (_lastNewNym is { } last && NewNymInterval - _environment.Time.GetElapsedTime(last) is var wait && wait > TimeSpan.Zero)
            {
                _environment.Log.Notice($"Rate limiting NEWNYM request: delaying by {Math.Ceiling(wait.TotalSeconds):0} second(s)");
                if (!_isNewNymPending)
                {
                    _isNewNymPending = true;
                    _newNym.Change(wait, Timeout.InfiniteTimeSpan);
                }

                return;
            }
        }

        UseNewCircuits();
    }

    private void UseNewCircuits()
    {
        lock (_gate)
        {
            _isNewNymPending = false;
            _lastNewNym = _environment.Time.GetTimestamp();
        }

        _node.Client.UseNewCircuits();
        Signalled?.Invoke(ControlSignal.NewNym);
    }

    private void WriteHeartbeat()
    {
        TimeSpan uptime = _environment.Time.GetElapsedTime(_startedAt);
        _environment.Log.Notice(
            $"Heartbeat: Tor's uptime is {uptime.Days} days {uptime.Hours}:{uptime.Minutes:00} hours, with {_node.Client.OpenPaths.Count} circuits open. "
            + $"I've sent {_environment.Channels.Bandwidth.BytesWritten / 1000} kB and received {_environment.Channels.Bandwidth.BytesRead / 1000} kB.");
    }

    private static LogSeverity SeverityOf(ControlEventKind kind) => kind switch
    {
        ControlEventKind.Debug => LogSeverity.Debug,
        ControlEventKind.Info => LogSeverity.Info,
        ControlEventKind.Notice => LogSeverity.Notice,
        ControlEventKind.Warn => LogSeverity.Warning,
        _ => LogSeverity.Error,
    };

    private static ControlEventKind KindOf(LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => ControlEventKind.Debug,
        LogSeverity.Info => ControlEventKind.Info,
        LogSeverity.Notice => ControlEventKind.Notice,
        LogSeverity.Warning => ControlEventKind.Warn,
        _ => ControlEventKind.Error,
    };
}
