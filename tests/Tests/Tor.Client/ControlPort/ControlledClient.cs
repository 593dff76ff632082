using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Logging;
using Tunic.Node.TorProgram;
using Tunic.Primitives.Time;
using Tunic.Tests.Node;
using Tunic.Tor.Client;
using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Protocol.Control.Authentication;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>A client, its control port, and what stands for the program around it.</summary>
internal sealed class ControlledClient : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly NodeLog _log = new(TimeProvider.System);
    private readonly ControlServer _server;
    private readonly ControlListener _listener;

    internal ControlledClient(TorClient client, ControlCredentials credentials)
    {
        Client = client;
        File.WriteAllText(_directory["torrc"], "SocksPort 0\n");
        TorCommandLine commandLine = TorCommandLine.Parse(["-f", _directory["torrc"], "--defaults-torrc", _directory["none"]]);
        _server = new ControlServer(new ControlEnvironment
        {
            Client = client,
            Configuration = new TorConfiguration(commandLine, TorrcLoader.Load(commandLine, TextReader.Null), _log),
            Process = Process,
            Credentials = () => credentials,
            Random = new SeededRandomSource(1),
            Time = TimeProvider.System,
            Log = NullLogger.Instance,
        });
        _listener = _server.Listen(new ListenerOptions());
        _listener.Start();
    }

    internal TorClient Client { get; }

    internal MadeProcess Process { get; } = new();

    /// <summary>A connection that has said nothing yet.</summary>
    internal Task<Controller> ConnectAsync() => Controller.ConnectAsync(_listener.LocalEndPoint);

    /// <summary>A connection that is in.</summary>
    internal async Task<Controller> EnterAsync()
    {
        Controller controller = await ConnectAsync();
        Assert.Equal("250 OK", await controller.AskAsync("AUTHENTICATE"));
        return controller;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _server.DisposeAsync();
        await Client.DisposeAsync();
        _log.Dispose();
        _directory.Dispose();
    }
}
