using System.Globalization;
using System.Threading.Channels;
using Tunic.Tor.Client.ControlPort.Commands;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Authentication;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>One controller: reads commands, does one after the other, and sends answers and events in their order.</summary>
/// <remarks>Commands run on the reading loop; events may be given to it on any thread.</remarks>
internal sealed class ControlSession : IAsyncDisposable
{
    /// <summary>A controller that does not read what it asked for has so much memory of ours; then it is left.</summary>
    internal const int MaxWaiting = 64 * 1024 * 1024;

    private const int ReceiveLength = 16 * 1024;

    private readonly ProxyConnection _connection;
    private readonly ControlServer _server;
    private readonly ControlAuthenticator _authenticator;
    private readonly ControlCommandReader _reader = new();
    private readonly Channel<byte[]> _output = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private long _wanted;
    private long _waiting;

    internal ControlSession(ProxyConnection connection, ControlServer server)
    {
        _connection = connection;
        _server = server;
        ControlEnvironment environment = server.Environment;
        _authenticator = new ControlAuthenticator(environment.Credentials(), environment.Process.Version, environment.Random);
    }

    /// <summary>When it ends, the program ends (TAKEOWNERSHIP).</summary>
    internal bool IsOwner { get; set; }

    internal ControlServer Server => _server;

    internal ControlAuthenticator Authenticator => _authenticator;

    /// <summary>Whether it asked for events of that kind.</summary>
    internal bool Wants(ControlEventKind kind) => (Interlocked.Read(ref _wanted) & (1L << (int)kind)) != 0;

    /// <summary>Asks for these events and no others (SETEVENTS).</summary>
    internal void Want(IEnumerable<ControlEventKind> kinds)
    {
        Interlocked.Exchange(ref _wanted, kinds.Aggregate(0L, (mask, kind) => mask | (1L << (int)kind)));
        _server.Events.OnWishesChanged();
    }

    /// <summary>Serves the controller until it leaves or must be left.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        _server.Events.Add(this);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task sending = SendAsync(end);
        bool isOver = false;
        try
        {
            isOver = await ReadAsync(end.Token);
        }
        finally
        {
            _output.Writer.TryComplete();
            using CancellationTokenSource patience = ProxyListener.StartTimer(TimeSpan.FromSeconds(5), stop);
            await sending.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await end.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (isOver)
        {
            await _connection.CloseAsync(default, stop); // what the controller goes on to send must not keep our last word from it
        }
    }

    /// <summary>Sends bytes after all that was given before. Returns at once.</summary>
    internal void Send(byte[] bytes)
    {
        if (Interlocked.Add(ref _waiting, bytes.Length) > MaxWaiting)
        {
            _output.Writer.TryComplete(); // the reading loop sees it, or the sending loop when it gets so far
            _connection.Socket.Dispose();
            return;
        }

        _output.Writer.TryWrite(bytes);
    }

    internal void Send(ControlReply reply) => Send(reply.Encode());

    public async ValueTask DisposeAsync()
    {
        _server.Events.Remove(this);
        await _server.OnionServices.RemoveAllAsync(this);
        if (IsOwner)
        {
            _server.Environment.Process.OnOwnerGone();
        }
    }

    /// <returns>True when we end the connection, false when the controller has.</returns>
    private async Task<bool> ReadAsync(CancellationToken cancel)
    {
        while (await _connection.ReceiveAsync(ReceiveLength, cancel, ReceiveLength))
        {
            _reader.Add(_connection.Input.Span);
            _connection.Consume(_connection.Input.Length);
            while (_reader.TryRead(_authenticator.IsAccepted, out ControlCommand? command) is var input and not ControlInput.Incomplete)
            {
                if (input != ControlInput.Command)
                {
                    Send(ForeignInput.Answer(input));
                    return true;
                }

                if (!await DoAsync(command!, cancel))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Does one command. False when the connection ends.</summary>
    private async Task<bool> DoAsync(ControlCommand command, CancellationToken cancel)
    {
        if (command.Name.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
        {
            Send(ControlReply.Of(250, "closing connection"));
            return false;
        }

        if (!_authenticator.Allows(command.Name))
        {
            Send(ControlReply.Of(514, "Authentication required."));
            return false;
        }

        if (_server.Find(command.Name) is not { } handler)
        {
            Send(ControlReply.Of(510, $"Unrecognized command \"{command.Name}\""));
            return true;
        }

        if (!ControlArguments.TryParse(command.Body, handler.Syntax, out ControlArguments? arguments, out string? fault))
        {
            Send(ControlReply.Of(512, string.Create(CultureInfo.InvariantCulture, $"Bad arguments to {command.Name}: {fault}")));
            return true;
        }

        ControlCommandResult result = await handler.RunAsync(this, arguments, cancel);
        Send(result.Reply);
        result.Afterwards?.Invoke();
        return !result.Closes;
    }

    private async Task SendAsync(CancellationTokenSource end)
    {
        try
        {
            await foreach (byte[] bytes in _output.Reader.ReadAllAsync(end.Token))
            {
                await _connection.SendAsync(bytes, end.Token);
                Interlocked.Add(ref _waiting, -bytes.Length);
            }
        }
        finally
        {
            if (!_output.Reader.Completion.IsCompleted)
            {
                await end.CancelAsync(); // the controller has gone: no need to read on
            }
        }
    }
}
