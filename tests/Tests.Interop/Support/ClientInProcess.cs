using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Networks;
using Tunic.Primitives.Storage;
using Tunic.Primitives.Time;
using Tunic.Tests.Tor.Client.Listeners.Support;
using Tunic.Tor.Client;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tests.Interop.Support;

/// <summary>Our client as a library, in this process: for what no command line can do, such as a clock that is wrong.</summary>
internal sealed class ClientInProcess : IAsyncDisposable
{
    private readonly TlsConnector _connector = new(SystemRandomSource.Instance, new TlsConnectorOptions());

    internal ClientInProcess(IReadOnlyList<string> dirAuthorityLines, ClientOptions? options = null, TimeProvider? time = null)
    {
        var segments = new CellSegmentPool();
        var environment = new ChannelEnvironment(
            new ChannelOptions(), segments, SystemRandomSource.Instance, time ?? TimeProvider.System, Log)
        {
            Memory = new QueueMemory(segments, QueueMemory.DefaultLimit),
        };
        Client = new TorClient(ReadProfile(dirAuthorityLines), options ?? new ClientOptions(), _connector, new MemoryStateStore(), environment);
    }

    internal LogLines Log { get; } = new();

    internal TorClient Client { get; }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _connector.Dispose();
    }

    internal static NetworkProfile ReadProfile(IReadOnlyList<string> dirAuthorityLines)
    {
        using var directory = new TestDirectory("torrc");
        string[] arguments = TunicProgram.WriteTorrc(
            directory.FullPath, ["TestingTorNetwork 1", .. dirAuthorityLines.Select(line => $"DirAuthority {line}")]);
        return TorrcNetwork.Create(TorrcLoader.Load(TorCommandLine.Parse(arguments), TextReader.Null).Options.Network);
    }
}
