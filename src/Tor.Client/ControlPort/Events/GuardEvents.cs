using System.Globalization;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>GUARD, BUILDTIMEOUT_SET and NETWORK_LIVENESS: what is compared with how it was a second ago.</summary>
internal sealed class GuardEvents(TorClient client, ControlEventHub hub)
{
    private Dictionary<RsaIdentity, GuardView> _before = [];
    private BuildTimeView? _buildTimes;
    private bool _isLive;

    internal void OnSecond()
    {
        TellGuards();
        TellBuildTimes();
        TellLiveness();
    }

    private void TellGuards()
    {
        Dictionary<RsaIdentity, GuardView> now = client.Planner.Guards.ToDictionary(guard => guard.Identity);
        foreach (GuardView guard in now.Values)
        {
            GuardView? before = _before.GetValueOrDefault(guard.Identity);
            string? change = before is null ? "NEW"
                : !before.IsConfirmed && guard.IsConfirmed && !guard.IsDown ? "UP"
                : before.IsDown != guard.IsDown ? (guard.IsDown ? "DOWN" : "UP")
                : before.IsListed != guard.IsListed ? (guard.IsListed ? "GOOD" : "BAD")
                : null;
            Tell(guard.Identity, change);
            if (before is null && guard.IsConfirmed && !guard.IsDown)
            {
                Tell(guard.Identity, "UP"); // it was used within its first second
            }
        }

        foreach (RsaIdentity gone in _before.Keys.Where(identity => !now.ContainsKey(identity)))
        {
            Tell(gone, "DROPPED");
        }

        _before = now;
    }

    private void Tell(RsaIdentity guard, string? change)
    {
        if (change is not null)
        {
            hub.Send(ControlEvent.Line(ControlEventKind.Guard, $"ENTRY {RelayNames.Describe(client.View, guard)} {change}"));
        }
    }

    private void TellBuildTimes()
    {
        BuildTimeView now = client.Planner.BuildTimes;
        if (_buildTimes is { } before && (before.HasComputed, before.Timeout) != (now.HasComputed, now.Timeout))
        {
            string kind = now.HasComputed ? "COMPUTED" : "RESET";
            hub.Send(ControlEvent.Line(ControlEventKind.BuildTimeoutSet, string.Create(
                CultureInfo.InvariantCulture,
                $"{kind} TOTAL_TIMES={now.Count} TIMEOUT_MS={now.Timeout.TotalMilliseconds:0} XM=0 ALPHA=0.000000 CUTOFF_QUANTILE=0.800000 TIMEOUT_RATE={now.TimeoutRate:0.000000} CLOSE_MS={now.CloseTimeout.TotalMilliseconds:0} CLOSE_RATE={now.CloseRate:0.000000}")));
        }

        _buildTimes = now;
    }

    private void TellLiveness()
    {
        bool isLive = client.Channels.All.Count > 0;
        if (isLive != _isLive)
        {
            _isLive = isLive;
            hub.Send(ControlEvent.Line(ControlEventKind.NetworkLiveness, isLive ? "UP" : "DOWN"));
        }
    }
}
