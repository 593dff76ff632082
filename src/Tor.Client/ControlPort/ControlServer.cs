using Tunic.Tor.Client.ControlPort.Commands;
using Tunic.Tor.Client.ControlPort.Events;
using Tunic.Tor.Client.ControlPort.Information;
using Tunic.Tor.Client.Listeners;

namespace Tunic.Tor.Client.ControlPort;

/// <summary>What all control connections of a client share: the commands, the answers of GETINFO, the events.</summary>
/// <remarks>Thread safe. Dispose it after its listeners.</remarks>
public sealed class ControlServer : IAsyncDisposable
{
    private readonly Dictionary<string, ControlCommandHandler> _commands;
    private readonly EventSources _sources;

    /// <summary>A server that nobody can reach yet: see <see cref="Listen"/>.</summary>
    public ControlServer(ControlEnvironment environment)
    {
        Environment = environment;
        Events = new ControlEventHub(environment.Process);
        OnionServices = new OwnedOnionServices(environment.Client.OnionServices);
        _sources = new EventSources(environment, Events);
        Information = new InformationTable(new InformationSources(environment, _sources.Bandwidth, OnionServices));
        _commands = ControlCommandList.Create(this).ToDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);
    }

    internal ControlEnvironment Environment { get; }

    internal ControlEventHub Events { get; }

    internal InformationTable Information { get; }

    internal OwnedOnionServices OnionServices { get; }

    /// <summary>A listener that does nothing until it is started; its owner disposes it.</summary>
    public ControlListener Listen(ListenerOptions options) => new(this, options);

    /// <summary>Sends no more events, and gives up what commands have set going.</summary>
    public async ValueTask DisposeAsync()
    {
        await _sources.DisposeAsync();
        foreach (IAsyncDisposable command in _commands.Values.OfType<IAsyncDisposable>())
        {
            await command.DisposeAsync();
        }
    }

    internal ControlCommandHandler? Find(string command) => _commands.GetValueOrDefault(command);
}
