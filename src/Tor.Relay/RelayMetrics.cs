using System.Diagnostics.Metrics;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tor.Relay;

/// <summary>What a relay tells of itself: sums over everybody, never of one circuit, address or relay.</summary>
internal sealed class RelayMetrics : IDisposable
{
    private readonly Meter _meter = new("Tunic.Tor.Relay");

    internal RelayMetrics(
        ChannelEnvironment environment, ChannelTable channels, ConnectionLimits connections, RelayCircuits circuits, StreamRequests streams)
    {
        ChannelBandwidth bandwidth = environment.Bandwidth;
        _meter.CreateObservableCounter("tor.relay.read", () => bandwidth.BytesRead, "By", "Bytes received on channels.");
        _meter.CreateObservableCounter("tor.relay.written", () => bandwidth.BytesWritten, "By", "Bytes sent on channels.");
        _meter.CreateObservableCounter("tor.relay.padding.sent", () => channels.Upkeep!.PaddingSent, "{cell}", "PADDING cells sent on idle channels.");
        _meter.CreateObservableCounter("tor.relay.cells", () => bandwidth.CellsReceived, "{cell}", "Cells received.");
        _meter.CreateObservableUpDownCounter("tor.relay.channels", () => channels.All.Count, "{channel}", "Channels open.");
        _meter.CreateObservableCounter("tor.relay.connections.refused", () => connections.Refused, "{connection}", "Connections refused for their number or rate.");
        _meter.CreateObservableUpDownCounter("tor.relay.circuits", () => circuits.Count, "{circuit}", "Circuits open.");
        _meter.CreateObservableCounter("tor.relay.circuits.created", () => circuits.Created, "{circuit}", "Circuits created.");
        _meter.CreateObservableCounter("tor.relay.circuits.killed", () => environment.Memory.Victims, "{circuit}", "Circuits and channels closed for want of memory.");
        _meter.CreateObservableCounter("tor.relay.handshakes.dropped", () => circuits.DroppedHandshakes, "{handshake}", "Circuit handshakes refused or given up for want of time.");
        _meter.CreateObservableUpDownCounter("tor.relay.streams", () => streams.Count, "{stream}", "Streams open.");
        _meter.CreateObservableCounter("tor.relay.streams.refused", () => streams.Refused, "{stream}", "Streams refused by a rule or limit.");
        _meter.CreateObservableUpDownCounter("tor.relay.queues", () => environment.Memory.BytesInUse, "By", "Memory of queued cells and waiting stream data.");
    }

    public void Dispose() => _meter.Dispose();
}
