using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>CIRC and CIRC_MINOR.</summary>
internal sealed class CircuitEvents : IDisposable
{
    private readonly TorClient _client;
    private readonly ControlEventHub _hub;

    internal CircuitEvents(TorClient client, ControlEventHub hub)
    {
        (_client, _hub) = (client, hub);
        client.Circuits.Changed += OnChanged;
        client.Circuits.PurposeChanged += OnPurposeChanged;
    }

    public void Dispose()
    {
        _client.Circuits.Changed -= OnChanged;
        _client.Circuits.PurposeChanged -= OnPurposeChanged;
    }

    internal static CircuitLine Describe(CircuitRecord record, NetworkView? view) => new()
    {
        Number = record.Number,
        Status = record.Status switch
        {
            CircuitStatus.Launched => "LAUNCHED",
            CircuitStatus.Extended => "EXTENDED",
            CircuitStatus.GuardWait => "GUARD_WAIT",
            CircuitStatus.Built => "BUILT",
            CircuitStatus.Failed => "FAILED",
            _ => "CLOSED",
        },
        Path = [.. record.Hops.Select(hop => RelayNames.Describe(view, hop))],
        BuildFlags = record.BuildFlags,
        Purpose = record.Purpose,
        Created = record.Created,
        Reason = record.Reason,
    };

    private void OnChanged(CircuitRecord record)
    {
        // Stock tells of a circuit that waits for a better guard only when it may be used.
        if (record.Status != CircuitStatus.GuardWait && _hub.IsWanted(ControlEventKind.Circuit))
        {
            _hub.Send(ControlEvent.Line(ControlEventKind.Circuit, Describe(record, _client.View).ToString()));
        }
    }

    private void OnPurposeChanged(CircuitRecord record, string before)
    {
        if (_hub.IsWanted(ControlEventKind.CircuitMinor))
        {
            CircuitLine line = Describe(record, _client.View) with { Status = "PURPOSE_CHANGED", Reason = $" OLD_PURPOSE={before}" };
            _hub.Send(ControlEvent.Line(ControlEventKind.CircuitMinor, line.ToString()));
        }
    }
}
