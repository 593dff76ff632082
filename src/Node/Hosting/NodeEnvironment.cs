using Tunic.Node.Logging;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Node.Hosting;

/// <summary>What every role in this process is built on: clock, randomness, log, the memory of the queues and the way out.</summary>
internal sealed class NodeEnvironment : IDisposable
{
    private readonly Lazy<TlsConnector> _connector;

    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="queueMemory">Bytes that queues may hold; null for the usual limit.</param>
    /// <param name="channels">Limits of the client's channels; null for the usual ones.</param>
    internal NodeEnvironment(NodeLog log, TimeProvider time, long? queueMemory = null, ChannelOptions? channels = null)
    {
        Log = log;
        Time = time;
        _connector = new Lazy<TlsConnector>(() => new TlsConnector(Random, new TlsConnectorOptions()));
        var segments = new CellSegmentPool();
        Channels = new ChannelEnvironment(channels ?? new ChannelOptions(), segments, Random, Time, Log)
        {
            Memory = new QueueMemory(segments, queueMemory ?? QueueMemory.DefaultLimit),
        };
    }

    internal NodeLog Log { get; }

    internal TimeProvider Time { get; }

    internal RandomSource Random { get; } = SystemRandomSource.Instance;

    internal ChannelEnvironment Channels { get; }

    internal IRelayConnector Connector => _connector.Value;

    public void Dispose()
    {
        if (_connector.IsValueCreated)
        {
            _connector.Value.Dispose();
        }
    }
}
