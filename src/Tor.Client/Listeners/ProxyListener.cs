using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network;

namespace Tunic.Tor.Client.Listeners;

/// <summary>A TCP port or Unix socket for applications: accepts connections, limits them, and ends them all on dispose. What is spoken is for subclasses.</summary>
/// <remarks>Start once, dispose once or more often. Thread safe.</remarks>
public abstract partial class ProxyListener : IAsyncDisposable
{
    private const int Backlog = 512;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private readonly ListenerOptions _options;
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private readonly Lock _gate = new();
    private readonly HashSet<ProxyConnection> _connections = [];
    private readonly WarningLimit _fullWarning;
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    private protected ProxyListener(ListenerOptions options, TimeProvider time, ILogger log)
    {
        _options = options;
        _fullWarning = new WarningLimit(time, WarningInterval);
        Time = time;
        Log = log;
        LocalEndPoint = options.EndPoint;
    }

    /// <summary>Where it listens; the port that the system chose is known after <see cref="Start"/>. Of no meaning for a Unix socket.</summary>
    public IPEndPoint LocalEndPoint { get; private set; }

    /// <summary>Address and port, or "unix:" and the path.</summary>
    public string LocalName => _options.UnixPath is { } path ? $"unix:{path}" : LocalEndPoint.ToString();

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLocal => _options.UnixPath is not null || IPAddress.IsLoopback(LocalEndPoint.Address);

    /// <summary>Connections open now.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Told, on any thread, when a connection has come or gone.</summary>
    internal Action? Changed { get; set; }

    private protected TimeProvider Time { get; }

    private protected ILogger Log { get; }

    /// <summary>Opens the port and begins to accept. Returns at once.</summary>
    /// <exception cref="ListenerException">The port cannot be opened.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
        if (_socket is not null)
        {
            throw new InvalidOperationException("the listener was started before");
        }

        Socket socket = _options.UnixPath is { } path ? OpenUnix(path) : Open(_options.EndPoint, _options.OptionName);
        LocalEndPoint = socket.LocalEndPoint as IPEndPoint ?? LocalEndPoint;
        try
        {
            OnOpened(LocalEndPoint, _stop.Token);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
        if (!IsLocal)
        {
            LogPublic(Log, _options.OptionName);
        }

        _accepting = Task.Run(() => AcceptAsync(socket));
    }

    /// <summary>Closes the port and all connections, and waits until everything has ended. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket?.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] serving;
        lock (_gate)
        {
            serving = [.. _connections.Select(connection => connection.Serving)];
        }

        await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await OnStoppedAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Serves one connection; it is closed afterwards. May throw when the application leaves, breaks a rule or is too slow.</summary>
    private protected abstract Task ServeAsync(ProxyConnection connection, CancellationToken stop);

    /// <summary>The port is open and accepts from now on: opens what belongs to it.</summary>
    /// <exception cref="ListenerException">That cannot be opened; then the port is closed again.</exception>
    private protected virtual void OnOpened(IPEndPoint endPoint, CancellationToken stop)
    {
    }

    /// <summary>The port and its connections are gone: waits for what belongs to it. May be called again.</summary>
    private protected virtual Task OnStoppedAsync() => Task.CompletedTask;

    /// <summary>A token that also ends when a request takes too long. Dispose it.</summary>
    internal static CancellationTokenSource StartTimer(TimeSpan limit, CancellationToken stop)
    {
        var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timer.CancelAfter(limit);
        return timer;
    }

    private protected static ListenerException CannotOpen(IPEndPoint endPoint, string optionName, SocketException failure)
    {
        string why = failure.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => "another program uses it",
            SocketError.AccessDenied => "this user may not open it",
            SocketError.AddressNotAvailable => "this machine has no such address",
            _ => failure.Message,
        };
        return new ListenerException($"cannot listen on {endPoint}: {why}; choose another address or port with {optionName}", failure);
    }

    private static Socket Open(IPEndPoint endPoint, string optionName)
    {
        try
        {
            return OwnListeners.Open(endPoint, Backlog);
        }
        catch (SocketException failure)
        {
            throw CannotOpen(endPoint, optionName, failure);
        }
    }

    /// <summary>A socket that an earlier run has left is replaced. The file is gone when the socket is closed.</summary>
    private Socket OpenUnix(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }

            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, _options.UnixMode); // before anybody can connect
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new ListenerException($"cannot listen on unix:{path}: {failure.Message}; choose another path with {_options.OptionName}", failure);
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Admit(await socket.AcceptAsync(_stop.Token));
            }
            catch (SocketException failure) when (!_stop.IsCancellationRequested)
            {
                // no descriptors left, or the application has gone already: what is open must go on
                if (_fullWarning.Allows())
                {
                    LogCannotAccept(Log, _options.OptionName, failure.Message);
                }

                await Task.Delay(AcceptPause, _stop.Token);
            }
        }
    }

    private void Admit(Socket socket)
    {
        ProxyConnection connection;
        try
        {
            connection = new ProxyConnection(socket);
        }
        catch (SocketException)
        {
            socket.Dispose(); // gone already
            return;
        }

        if (!_options.Rules().Accepts(connection.ClientAddress))
        {
            LogDenied(Log, _options.OptionName, Sensitive.Of(connection.ClientAddress));
            connection.Dispose();
            return;
        }

        bool isAdmitted;
        lock (_gate)
        {
            isAdmitted = _connections.Count < _options.MaxConnections;
            if (isAdmitted)
            {
                _connections.Add(connection);
            }
        }

        if (isAdmitted)
        {
            Changed?.Invoke();
            connection.Serving = ServeToEndAsync(connection); // here until it waits for the first time
            return;
        }

        if (_fullWarning.Allows())
        {
            LogFull(Log, _options.OptionName, _options.MaxConnections);
        }

        connection.Dispose();
    }

    /// <summary>The boundary for exceptions: whatever happens on one connection ends that connection.</summary>
    private async Task ServeToEndAsync(ProxyConnection connection)
    {
        try
        {
            await ServeAsync(connection, _stop.Token);
        }
        catch (Exception end) when (end is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // the application or the target has gone, was too slow, or we are shutting down
        }
        catch (Exception fault)
        {
            LogFault(Log, _options.OptionName, fault);
        }

        connection.Dispose();
        lock (_gate)
        {
            _connections.Remove(connection);
        }

        Changed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Option} is open to other machines: whoever reaches it can use this client")]
    private static partial void LogPublic(ILogger log, string option);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Option}: denying a connection from the untrusted address {Client}")]
    private static partial void LogDenied(ILogger log, string option, Sensitive<IPAddress> client);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Option} has {Count} connections, which is its limit: new ones are refused")]
    private static partial void LogFull(ILogger log, string option, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Option} cannot accept connections: {Why}")]
    private static partial void LogCannotAccept(ILogger log, string option, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "a connection to {Option} failed by a fault of this program; please report it")]
    private static partial void LogFault(ILogger log, string option, Exception fault);
}
