using System.Diagnostics.Metrics;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Network.Channels;

namespace Tunic.Tor.Client;

/// <summary>What a client tells of itself: sums, never of one circuit, stream, guard or target.</summary>
internal sealed class ClientMetrics : IDisposable
{
    private readonly Meter _meter = new("Tunic.Tor.Client");

    internal ClientMetrics(ChannelEnvironment environment, ChannelTable channels, CircuitPool circuits)
    {
        ChannelBandwidth bandwidth = environment.Bandwidth;
        _meter.CreateObservableCounter("tor.client.read", () => bandwidth.BytesRead, "By", "Bytes received on channels.");
        _meter.CreateObservableCounter("tor.client.written", () => bandwidth.BytesWritten, "By", "Bytes sent on channels.");
        _meter.CreateObservableCounter("tor.client.cells", () => bandwidth.CellsReceived, "{cell}", "Cells received.");
        _meter.CreateObservableCounter("tor.client.padding.sent", () => channels.Upkeep!.PaddingSent, "{cell}", "PADDING cells sent on idle channels.");
        _meter.CreateObservableUpDownCounter("tor.client.channels", () => channels.All.Count, "{channel}", "Channels open.");
        _meter.CreateObservableUpDownCounter("tor.client.circuits", () => circuits.Open.Count, "{circuit}", "Circuits open.");
        _meter.CreateObservableUpDownCounter("tor.client.queues", () => environment.Memory.BytesInUse, "By", "Memory of queued cells and waiting stream data.");
    }

    public void Dispose() => _meter.Dispose();
}
