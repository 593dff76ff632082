using Tunic.Tor.Client.ControlPort.Information;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Paths;

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
        client.ViewChanged += OnView;
    }

    public void Dispose()
    {
        _client.BootstrapChanged -= OnBootstrap;
        _client.ViewChanged -= OnView;
    }

    private void OnBootstrap(BootstrapProgress progress)
    {
        if (progress.Percent == BootstrapProgress.Done.Percent)
        {
            Send("NOTICE CIRCUIT_ESTABLISHED");
        }

        Send(StatusInformation.DescribeBootstrap(progress));
    }

    private void OnView(NetworkView view)
    {
        if (_client.DirectoryReady.IsCompletedSuccessfully && Interlocked.Exchange(ref _hadDirectory, 1) == 0)
        {
            Send("NOTICE ENOUGH_DIR_INFO");
        }
    }

    private void Send(string text) => _hub.Send(ControlEvent.Line(ControlEventKind.StatusClient, text));
}
