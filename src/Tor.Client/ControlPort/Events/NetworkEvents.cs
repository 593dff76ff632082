using Tunic.Primitives.Keys;
using Tunic.Tor.Client.ControlPort.Information;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>NEWCONSENSUS with all relays, NS with those that have changed.</summary>
internal sealed class NetworkEvents : IDisposable
{
    private readonly TorClient _client;
    private readonly ControlEventHub _hub;
    private Consensus? _latest;

    internal NetworkEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub, _latest) = (client, hub, client.View?.Consensus);
        client.ViewChanged += OnView;
    }

    public void Dispose() => _client.ViewChanged -= OnView;

    private void OnView(NetworkView view)
    {
        if (ReferenceEquals(view.Consensus, _latest))
        {
            return; // more microdescriptors
        }

        Consensus? before = Interlocked.Exchange(ref _latest, view.Consensus);
        if (_hub.IsWanted(ControlEventKind.NewConsensus))
        {
            _hub.Send(ControlEvent.Data(ControlEventKind.NewConsensus, NetworkInformation.Describe(view.Consensus.Relays)));
        }

        if (_hub.IsWanted(ControlEventKind.NetworkStatus))
        {
            Dictionary<RsaIdentity, RouterStatus> old = (before?.Relays ?? []).ToDictionary(relay => relay.Identity);
            RouterStatus[] changed = [.. view.Consensus.Relays.Where(relay => !IsSame(old.GetValueOrDefault(relay.Identity), relay))];
            if (changed.Length > 0)
            {
                _hub.Send(ControlEvent.Data(ControlEventKind.NetworkStatus, NetworkInformation.Describe(changed)));
            }
        }
    }

    private static bool IsSame(RouterStatus? before, RouterStatus now) =>
        before is not null && NetworkInformation.Describe([before]) == NetworkInformation.Describe([now]);
}
