using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Metrics;
using Tunic.Node.Networks;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Storage;
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
    private readonly TorReload _reload;
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
    private OwnerWatch? _owner;

    internal TorProcess(TorCommandLine commandLine, TorrcLoadResult loaded, NodeLog log)
    {
        TorrcOptions options = loaded.Options;
        _commandLine = commandLine;
        _options = options;
        _reload = new TorReload(commandLine, loaded, log);
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
        _client.Client.OnionAuthorizations.Replace(ClientAuthorizationFiles.Read(_options.Client.OnionAuthorizationDirectory, _log.Warn));
        await _client.LoadAsync(_signals.Stopping);
        _onionServices = await TorOnionServices.StartAsync(_options, _client.Client.OnionServices, _environment, _signals.Stopping);
        if (!_options.General.DisableNetwork)
        {
            OpenPorts(_client);
            OpenMetrics();
            await StartRelayAsync(_client, profile, store);
        }

        UseLogs(_options.General);
        WritePid();
        _owner = _options.General.OwningControllerProcess is { } owner ? new OwnerWatch(owner, OnOwnerGone) : null;
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

        if (_owner is not null)
        {
            await _owner.DisposeAsync();
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

    private void UseLogs(TorrcGeneralOptions general)
    {
        Redaction.Scope = general.SafeLogging switch
        {
            SafeLogging.None => RedactionScope.Nobody,
            SafeLogging.Relay => RedactionScope.Strangers,
            _ => RedactionScope.Everybody,
        };
        _log.Granularity = general.LogTimeGranularity;
        _log.Use(TorLogs.Open(general.Logs, _commandLine.Quietness, general.TruncateLogFile));
    }

    /// <summary>SIGHUP: log files are opened again, and what can change while the program runs is what the torrc says now. A torrc that cannot be used changes nothing.</summary>
    private void Reload()
    {
        _log.Notice("Received reload signal (hup). Reloading config and resetting internal state.");
        try
        {
            if (_options.General.ReloadTorrcOnHangup && _commandLine.TorrcPath != "-")
            {
                Use(_reload.Read(out bool changesPaths), changesPaths);
            }

            UseLogs(_options.General with { TruncateLogFile = false });
        }
        catch (Exception failure) when (failure is TorrcException or StorageException)
        {
            _log.Warn(failure.Message);
            _log.Warn("The configuration was not changed--see warnings above.");
        }
    }

    private void Use(TorrcOptions options, bool changesPaths)
    {
        _client?.Client.OnionAuthorizations.Replace(ClientAuthorizationFiles.Read(options.Client.OnionAuthorizationDirectory, _log.Warn));
        _options = options;
        _rules = TorPorts.CreateRules(options.Client);
        TorChannels.Limit(_environment.Channels.Bandwidth, options.Network);
        _client?.Client.Reconfigure(TorClientOptions.Create(options));
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
