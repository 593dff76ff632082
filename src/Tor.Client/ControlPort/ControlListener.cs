using Tunic.Tor.Client.Listeners;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>A port or Unix socket for controllers (<c>ControlPort</c>, <c>ControlSocket</c>). Made by a <see cref="ControlServer"/>.</summary>
public sealed class ControlListener : ProxyListener
{
    private readonly ControlServer _server;

    internal ControlListener(ControlServer server, ListenerOptions options)
        : base(options, server.Environment.Time, server.Environment.Log) => _server = server;

    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken stop)
    {
        await using var session = new ControlSession(connection, _server);
        await session.RunAsync(stop);
    }
}
