namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>All that makes events, from its start to its end.</summary>
internal sealed class EventSources : IAsyncDisposable
{
    private readonly IDisposable[] _sources;
    private readonly ITimer _timer;

    internal EventSources(ControlEnvironment environment, ControlEventHub hub)
    {
        TorClient client = environment.Client;
        Bandwidth = new BandwidthEvents(client, hub, environment.Time);
        var guards = new GuardEvents(client, hub);
        _sources =
        [
            new CircuitEvents(client, hub),
            new StreamEvents(client, hub),
            new ConnectionEvents(client, hub),
            new NetworkEvents(client, hub),
            new StatusEvents(client, hub),
            new OnionEvents(client, hub),
            new ProgramEvents(environment, hub),
        ];
        _timer = environment.Time.CreateTimer(
            _ =>
            {
                Bandwidth.OnSecond();
                guards.OnSecond();
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
    }

    internal BandwidthEvents Bandwidth { get; }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        Array.ForEach(_sources, source => source.Dispose());
    }
}
