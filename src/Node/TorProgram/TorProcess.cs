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
    private readonly TorrcOptions _options;
    private readonly TorConfiguration _configuration;
    private readonly NodeLog _log;
    private readonly NodeEnvironment _environment;
    private readonly ProcessSignals _signals = new();
    private DataDirectoryLock? _lock;
    private ClientNode? _client;
    private RelayHost? _relay;
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
        _configuration = new TorConfiguration(commandLine, loaded);
        _log = log;
        _environment = new NodeEnvironment(log, TimeProvider.System, options.General.MaxMemoryInQueues is > 0 and var limit ? limit : null);
    }

    /// <summary>Runs until a signal; the result is the exit code.</summary>
    internal async Task<int> RunAsync()
    {
        _signals.StopRequested += signal => _log.Notice(signal == PosixSignal.SIGINT ? "Interrupt: exiting cleanly." : "Catching signal TERM, exiting cleanly.");
        _signals.HangedUp += Reload;
        IStateStore store = await OpenDataDirectoryAsync();
        NetworkProfile profile = TorrcNetwork.Create(_options.Network);
        IStateStore clientStore = _options.IsRelay ? new SplitStateStore(store, new ReadThroughStateStore(store)) : store; // the relay's mirror writes the documents
        _client = new ClientNode(profile, TorClientOptions.Create(_options), clientStore, _environment);
        await _client.LoadAsync(_signals.Stopping);
        OpenControlPorts(_client);
        if (!_options.General.DisableNetwork)
        {
            OpenPorts(_client);
            OpenMetrics();
            await StartRelayAsync(_client, profile, store);
        }

        UseLogs(_options.General);
        WritePid();
        Watch(_options.General.OwningControllerProcess);
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
        var state = new FileStateStore(general.DataDirectory);
        _lock = DataDirectoryLock.TryTake(general.DataDirectory);
        if (_lock is null)
        {
            _log.Warn("It looks like another Tor process is running with the same data directory.  Waiting 5 seconds to see if it goes away.");
            await Task.Delay(LockWait, _signals.Stopping);
            _lock = DataDirectoryLock.TryTake(general.DataDirectory)
                ?? throw new CommandException(ErrorKind.LocalState, "No, it's still there.  Exiting.");
        }

        return general.CacheDirectory == general.DataDirectory
            ? state
            : new SplitStateStore(state, new FileStateStore(general.CacheDirectory));
    }

    /// <exception cref="ListenerException">A port cannot be opened.</exception>
    private void OpenControlPorts(ClientNode node)
    {
        _control = new TorProcessControl(node, _signals, _environment) { OtherListeners = GetListeners };
        _controlPorts = new TorControlHost(node, _configuration, _control, _environment);
        _configuration.Apply = options =>
        {
            UseLogs(options.General with { TruncateLogFile = false });
            Use(options, node);
            Watch(options.General.OwningControllerProcess);
        };
        Use(_options, node);
        _controlPorts.Open(node);
    }

    private static void Use(TorrcOptions options, ClientNode node)
    {
        node.Client.LeavesStreamsUnattached = options.Control.LeaveStreamsUnattached;
        node.Client.MaxCircuitDirtiness = options.Client.MaxCircuitDirtiness;
    }

    /// <summary>A controller may name another owner, or none.</summary>
    private void Watch(int? owner)
    {
        if (owner != _ownerProcess)
        {
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
        "metrics" => _metrics is null ? [] : [_metrics.Address.ToString()],
        _ => [],
    };

    /// <exception cref="ListenerException">A port cannot be opened.</exception>
    private void OpenPorts(ClientNode node)
    {
        TorrcClientOptions client = _options.Client;
        foreach (ClientPort port in client.SocksPorts)
        {
            node.Open(new SocksListener(node.Client, TorPorts.CreateSocks(port, client), _environment.Time, _log), "Socks");
        }

        foreach (ClientPort port in client.HttpTunnelPorts)
        {
            node.Open(new HttpProxyListener(node.Client, TorPorts.CreateHttp(port, client), _environment.Time, _log), "HTTP tunnel");
        }

        foreach (ClientPort port in client.DnsPorts)
        {
            node.Open(new DnsListener(node.Client, TorPorts.CreateDns(port, client), _environment.Time, _log), "DNS");
        }
    }

    /// <exception cref="CommandException">The port cannot be opened.</exception>
    private void OpenMetrics()
    {
        if (_options.General.MetricsPort is { } address)
        {
            const ushort AnyPort = 1;
            _log.Notice($"Opening Metrics listener on {address}");
            _metrics = new MetricsEndpoint(address, peer => _options.General.MetricsPolicy.Accepts(peer, AnyPort), "MetricsPort");
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

        _control!.Relay = new ControlRelayFacts(_relay.Keys.RsaIdentity.ToString(), settings.Descriptor.Address.ToString(), []);
        foreach (IPEndPoint port in _relay.Node.OrPorts)
        {
            _log.Notice($"Opened OR listener connection (ready) on {port}");
        }
    }

    private void UseLogs(TorrcGeneralOptions general)
    {
        Redaction.IsOff = general.SafeLogging == SafeLogging.None;
        _log.Granularity = general.LogTimeGranularity;
        _log.Use(TorLogs.Open(general.Logs, _commandLine.Quietness, general.TruncateLogFile));
    }

    /// <summary>SIGHUP: log files are opened again, by the torrc's lines of now. A torrc that cannot be used changes nothing.</summary>
    private void Reload()
    {
        _log.Notice("Received reload signal (hup). Reloading config and resetting internal state.");
        try
        {
            TorrcGeneralOptions general = _options.General.ReloadTorrcOnHangup && _commandLine.TorrcPath != "-"
                ? TorrcLoader.Load(_commandLine, TextReader.Null).Options.General
                : _options.General;
            UseLogs(general with { TruncateLogFile = false });
        }
        catch (Exception failure) when (failure is TorrcException or StorageException)
        {
            _log.Warn(failure.Message);
            _log.Warn("The configuration was not changed--see warnings above.");
        }
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
