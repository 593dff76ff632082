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

    internal NodeEnvironment(NodeLog log, TimeProvider time)
    {
        Log = log;
        Time = time;
        _connector = new Lazy<TlsConnector>(() => new TlsConnector(Random, new TlsConnectorOptions()));
        Channels = new ChannelEnvironment(new ChannelOptions(), new CellSegmentPool(), Random, Time, Log);
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
