using Tunic.Tor.Client.ControlPort.Information;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>STATUS_CLIENT: the bootstrap, the directory, the first circuit.</summary>
internal sealed class StatusEvents : IDisposable
{
    private readonly TorClient _client;
    private readonly ControlEventHub _hub;
    private int _hadDirectory;

    internal StatusEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub) = (client, hub);
        client.BootstrapChanged += OnBootstrap;
    }

    public void Dispose() => _client.BootstrapChanged -= OnBootstrap;

    private void OnBootstrap(BootstrapProgress progress)
    {
        if (progress.Percent == BootstrapProgress.Done.Percent)
        {
            Send("NOTICE CIRCUIT_ESTABLISHED");
        }

        Send(StatusInformation.DescribeBootstrap(progress));
        if (progress.Percent >= BootstrapProgress.EnoughDirectory.Percent && Interlocked.Exchange(ref _hadDirectory, 1) == 0)
        {
            Send("NOTICE ENOUGH_DIR_INFO");
        }
    }

    private void Send(string text) => _hub.Send(ControlEvent.Line(ControlEventKind.StatusClient, text));
}
