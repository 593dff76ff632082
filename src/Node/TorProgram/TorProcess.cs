using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Controllers;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Networks;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Client.Listeners.Dns;
using Tunic.Tor.Client.Listeners.Http;
using Tunic.Tor.Client.Listeners.Socks;
using Tunic.Tor.Network.NetworkDirectory;

namespace Tunic.Node.TorProgram;

/// <summary>The running `tunic tor`: opens what the torrc asks for, waits for a signal, closes everything.</summary>
internal sealed class TorProcess : IAsyncDisposable
{
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(5);

    private readonly TorCommandLine _commandLine;
    private readonly TorConfiguration _configuration;
    private volatile TorrcOptions _options;
    private readonly NodeLog _log;
    private readonly NodeEnvironment _environment;
    private readonly ProcessSignals _signals = new();
    private volatile ApplicationRules _rules;
    private DataDirectoryLock? _lock;
    private ClientNode? _client;
    private RelayHost? _relay;
    private TorOnionServices? _onionServices;
    private MetricsEndpoint? _metrics;
    private readonly List<OwnerWatch> _owners = [];
    private int? _ownerProcess;
    private TorProcessControl? _control;
    private TorControlHost? _controlPorts;

    internal TorProcess(TorCommandLine commandLine, TorrcLoadResult loaded, NodeLog log)
    {
        TorrcOptions options = loaded.Options;
        _commandLine = commandLine;
        _options = options;
        _configuration = new TorConfiguration(commandLine, loaded, log) { Apply = Use };
        _log = log;
        _rules = TorPorts.CreateRules(options.Client);
        _environment = new NodeEnvironment(log, TimeProvider.System, options.General.MaxMemoryInQueues is > 0 and var limit ? limit : null, TorChannels.Create(options.Network));
        TorChannels.Limit(_environment.Channels.Bandwidth, options.Network);
    }

    /// <summary>Runs until a signal; the result is the exit code.</summary>
    internal async Task<int> RunAsync()
    {
        _signals.StopRequested += OnStopRequested;
        _signals.HangedUp += Reload;
        OpenFiles.Require(_options.General.ConnectionLimit);
        IStateStore store = await OpenDataDirectoryAsync();
        NetworkProfile profile = TorrcNetwork.Create(_options.Network);
        IStateStore clientStore = _options.IsRelay ? new SplitStateStore(store, new ReadThroughStateStore(store)) : store; // the relay's mirror writes the documents
        _client = new ClientNode(profile, TorClientOptions.Create(_options), clientStore, _environment);
        _client.Client.OnionAuthorizations.ReplacePermanent(ClientAuthorizationFiles.Read(_options.Client.OnionAuthorizationDirectory, _log.Warn));
        await _client.LoadAsync(_signals.Stopping);
        _onionServices = await TorOnionServices.StartAsync(_options, _client.Client.OnionServices, _environment, _signals.Stopping);
        Watch(_options.General.OwningControllerProcess);
        OpenControlPorts(_client);
        if (!_options.General.DisableNetwork)
        {
            OpenPorts(_client);
            OpenMetrics();
            await StartRelayAsync(_client, profile, store);
        }

        UseLogs(_options.General);
        WritePid();
        if (_options.General.DisableNetwork)
        {
            _log.Notice("DisableNetwork is set. Tor will not make or accept non-control network connections. Shutting down all existing connections.");
        }
        else
        {
            _client.Start();
        }

        await _client.RunUntilAsync(_signals.Stopping);
        return ExitCode.Success;
    }

    public async ValueTask DisposeAsync()
    {
        if (_controlPorts is not null)
        {
            await _controlPorts.DisposeAsync();
        }

        _relay?.RefuseNewStreams(); // until the last of its parts has ended, some time may pass
        if (_onionServices is not null)
        {
            await _onionServices.DisposeAsync();
        }

        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }

        if (_metrics is not null)
        {
            await _metrics.DisposeAsync();
        }

        foreach (OwnerWatch owner in _owners)
        {
            await owner.DisposeAsync();
        }

        if (_control is not null)
        {
            await _control.DisposeAsync();
        }

        RemovePid();
        _environment.Dispose();
        _lock?.Dispose();
        _signals.Dispose();
    }

    private async Task<IStateStore> OpenDataDirectoryAsync()
    {
        TorrcGeneralOptions general = _options.General;
        IStateStore store = TorStorage.Open(_options);
        _lock = DataDirectoryLock.TryTake(general.DataDirectory);
        if (_lock is null)
        {
            _log.Warn("It looks like another Tor process is running with the same data directory.  Waiting 5 seconds to see if it goes away.");
            await Task.Delay(LockWait, _signals.Stopping);
            _lock = DataDirectoryLock.TryTake(general.DataDirectory)
                ?? throw new CommandException(ErrorKind.LocalState, "No, it's still there.  Exiting.");
        }

        return store;
    }

    /// <exception cref="ListenerException">A port cannot be opened.</exception>
    private void OpenControlPorts(ClientNode node)
    {
        node.Client.LeavesStreamsUnattached = _options.Control.LeaveStreamsUnattached;
        if (_options.Control.Ports.Count == 0)
        {
            return;
        }

        _control = new TorProcessControl(node, _signals, _environment)
        {
            OtherListeners = GetListeners,
            DescribeRelay = DescribeRelay,
            AuthorizationDirectory = () => _options.Client.OnionAuthorizationDirectory,
        };
        _controlPorts = new TorControlHost(node, _configuration, _control, _environment);
        _controlPorts.Open(node);
    }

    /// <summary>A controller may name another owner, or none.</summary>
    private void Watch(int? owner)
    {
        lock (_owners)
        {
            if (owner == _ownerProcess)
            {
                return;
            }

            _ownerProcess = owner;
            _owners.ForEach(watch => watch.Stop());
            if (owner is { } process)
            {
                _owners.Add(new OwnerWatch(process, OnOwnerGone));
            }
        }
    }

    private IReadOnlyList<string> GetListeners(string kind) => kind switch
    {
        "or" => [.. _relay?.Node.OrPorts.Select(port => port.ToString()) ?? []],
        "dir" => [.. _relay?.DirectoryPorts.Select(port => port.ToString()) ?? []],
        "metrics" => _metrics is null ? [] : [_metrics.Address.ToString()],
        _ => [],
    };

    private ControlRelayFacts? DescribeRelay() => _relay is { } relay
        ? new ControlRelayFacts(
            relay.Keys.RsaIdentity.ToString(), relay.Descriptor.Address.ToString(), [.. relay.Descriptor.ExitPolicy.Rules.Select(rule => rule.ToString())])
        : null;

    /// <exception cref="ListenerException">A port cannot be opened.</exception>
    private void OpenPorts(ClientNode node)
    {
        TorrcClientOptions client = _options.Client;
        Func<ApplicationRules> rules = () => _rules;
        foreach (ClientPort port in client.SocksPorts)
        {
            node.Open(new SocksListener(node.Client, TorPorts.CreateSocks(port, client, rules), _environment.Time, _log), "Socks");
        }

        foreach (ClientPort port in client.HttpTunnelPorts)
        {
            node.Open(new HttpProxyListener(node.Client, TorPorts.CreateHttp(port, client, rules), _environment.Time, _log), "HTTP tunnel");
        }

        foreach (ClientPort port in client.DnsPorts)
        {
            node.Open(new DnsListener(node.Client, TorPorts.CreateDns(port, client, rules), _environment.Time, _log), "DNS");
        }
    }

    /// <exception cref="CommandException">The port cannot be opened.</exception>
    private void OpenMetrics()
    {
        if (_options.General.MetricsPort is { } address)
        {
            _log.Notice($"Opening Metrics listener on {address}");
            _metrics = new MetricsEndpoint(address, _options.General.MetricsPolicy.Admits, "MetricsPort");
            _log.Notice($"Opened Metrics listener connection (ready) on {_metrics.Address}");
        }
    }

    private async Task StartRelayAsync(ClientNode client, NetworkProfile profile, IStateStore store)
    {
        if (!_options.IsRelay)
        {
            return;
        }

        RelaySettings settings = TorRelaySettings.Create(_options);
        if (_options.Authority.IsAuthority)
        {
            settings = settings with { Authority = TorAuthoritySettings.Create(_options, profile, settings) };
        }

        _relay = await RelayHost.CreateAsync(settings, profile, store, _environment, _signals.Stopping);
        _log.Notice($"Your Tor server's identity key fingerprint is '{settings.Descriptor.Nickname} {_relay.Keys.RsaIdentity}'");
        _log.Notice($"Your Tor server's identity key ed25519 fingerprint is '{settings.Descriptor.Nickname} {_relay.Keys.Ed25519Identity.ToBase64()}'");
        foreach (IPEndPoint port in settings.Relay.OrPorts)
        {
            _log.Notice($"Opening OR listener on {port}");
        }

        try
        {
            _relay.Start(client.Client);
        }
        catch (SocketException failure)
        {
            throw new CommandException(
                ErrorKind.Configuration, $"Could not bind the ORPort: {failure.Message}. Choose another address or port with ORPort.", failure);
        }

        foreach (IPEndPoint port in _relay.Node.OrPorts)
        {
            _log.Notice($"Opened OR listener connection (ready) on {port}");
        }
    }

    /// <exception cref="StorageException">One cannot be opened; nothing has changed then.</exception>
    private void UseLogs(TorrcGeneralOptions general)
    {
        IReadOnlyList<LogSink> sinks = TorLogs.Open(general.Logs, _commandLine.Quietness, general.TruncateLogFile);
        Redaction.Scope = general.SafeLogging switch
        {
            SafeLogging.None => RedactionScope.Nobody,
            SafeLogging.Relay => RedactionScope.Strangers,
            _ => RedactionScope.Everybody,
        };
        _log.Granularity = general.LogTimeGranularity;
        _log.Use(sinks);
    }

    /// <summary>SIGHUP: log files are opened again, and what can change while the program runs is what the torrc says now. A torrc that cannot be used changes nothing.</summary>
    private void Reload()
    {
        _log.Notice("Received reload signal (hup). Reloading config and resetting internal state.");
        ControlConfigurationResult result = _options.General.ReloadTorrcOnHangup && _commandLine.TorrcPath != "-"
            ? _configuration.Reload()
            : ReopenLogs();
        if (result.Outcome != ControlConfigurationOutcome.Changed)
        {
            _log.Warn(result.Message);
            _log.Warn("The configuration was not changed--see warnings above.");
        }
    }

    private ControlConfigurationResult ReopenLogs()
    {
        try
        {
            UseLogs(_options.General with { TruncateLogFile = false });
            return ControlConfigurationResult.Success;
        }
        catch (StorageException failure)
        {
            return new ControlConfigurationResult(ControlConfigurationOutcome.CannotSet, failure.Message);
        }
    }

    /// <summary>Everything that a changed configuration changes at once, whoever has changed it.</summary>
    /// <exception cref="StorageException">A log cannot be opened; nothing has changed then.</exception>
    private void Use(TorrcOptions options, bool changesPaths)
    {
        UseLogs(options.General with { TruncateLogFile = false });
        _client?.Client.OnionAuthorizations.ReplacePermanent(ClientAuthorizationFiles.Read(options.Client.OnionAuthorizationDirectory, _log.Warn));
        _options = options;
        _rules = TorPorts.CreateRules(options.Client);
        TorChannels.Limit(_environment.Channels.Bandwidth, options.Network);
        Watch(options.General.OwningControllerProcess);
        _controlPorts?.WriteFiles(options);
        if (_client?.Client is { } client)
        {
            client.LeavesStreamsUnattached = options.Control.LeaveStreamsUnattached;
            client.Reconfigure(TorClientOptions.Create(options));
        }

        _onionServices?.Use(options);

        if (changesPaths)
        {
            _log.Notice("Changed preferred or excluded node lists. Abandoning previous circuits.");
            _client?.Client.UseNewCircuits();
        }

        if (options.IsRelay)
        {
            _relay?.Reconfigure(TorRelaySettings.Create(options));
        }
    }

    /// <summary>As stock, only an interrupt leaves a relay's circuits time to end.</summary>
    private void OnStopRequested(PosixSignal signal)
    {
        if (signal == PosixSignal.SIGINT && _relay is { } relay && _options.General.ShutdownWaitLength > TimeSpan.Zero)
        {
            relay.Node.ShutdownWait = _options.General.ShutdownWaitLength;
            _log.Notice(
                $"Interrupt: we have stopped accepting new connections, and will shut down in {_options.General.ShutdownWaitLength.TotalSeconds:0} seconds. Interrupt again to exit now.");
            return;
        }

        _relay?.RefuseNewStreams(); // before it is told: who reads the notice may count on it
        _log.Notice(signal == PosixSignal.SIGINT ? "Interrupt: exiting cleanly." : "Catching signal TERM, exiting cleanly.");
    }

    private void OnOwnerGone()
    {
        _log.Notice("Owning controller process has vanished -- exiting now.");
        _signals.Stop();
    }

    private void WritePid()
    {
        if (_options.General.PidFile is { } path)
        {
            try
            {
                File.WriteAllText(path, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _log.Warn($"Unable to open \"{path}\" for writing: {failure.Message}"); // as stock, which goes on
            }
        }
    }

    private void RemovePid()
    {
        if (_options.General.PidFile is { } path && File.Exists(path))
        {
            try
            {
                File.Delete(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _log.Warn($"Couldn't unlink pid file: {failure.Message}");
            }
        }
    }
}
