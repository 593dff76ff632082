using System.Net;
using Tunic.Primitives.Storage;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Mirroring;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Node.Hosting;

/// <summary>The directory that a relay serves: a mirror of what the authorities publish, over circuits and over directory ports.</summary>
internal sealed class DirectoryHost : IDisposable
{
    private const int MaxConnections = 1_024;
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryMirror _mirror;
    private readonly DirectoryConnection _connection;
    private readonly List<DirectoryPortListener> _ports = [];

    /// <exception cref="DirectoryPortException">A port cannot be opened.</exception>
    internal DirectoryHost(
        IReadOnlyList<IPEndPoint> ports, NetworkProfile profile, IStateStore files, Func<RelayDescriptorDocuments?> ownDocuments, NodeEnvironment environment)
    {
        var store = new DirectoryStore(new DirectoryStoreOptions());
        var server = new DirectoryServer(store, new DirectoryServerOptions { OwnDocuments = ownDocuments, Time = environment.Time });
        _connection = new DirectoryConnection(server);
        _mirror = new DirectoryMirror(new DirectoryMirrorEnvironment
        {
            Store = store,
            Files = files,
            Authorities = profile.Authorities,
            Client = new DirectoryPortClient(FetchLimit, environment.Time),
            Random = environment.Random,
            Time = environment.Time,
            Log = environment.Log,
        });
        foreach (IPEndPoint port in ports)
        {
            _ports.Add(DirectoryPortListener.Bind(port, server, MaxConnections, environment.Log));
            environment.Log.Notice($"Opened Directory listener connection (ready) on {_ports[^1].Address}");
        }
    }

    /// <summary>Mirrors and serves until cancelled.</summary>
    internal Task RunAsync(CancellationToken cancel) => Task.WhenAll([_mirror.RunAsync(cancel), .. _ports.Select(port => port.RunAsync(cancel))]);

    /// <summary>Serves one stream of a circuit.</summary>
    internal Task ServeAsync(Stream stream, DirectoryStreamOrigin origin, CancellationToken cancel) =>
        _connection.ServeAsync(stream, new DirectoryAsker(origin.PreviousHop, IsTunnelled: true, IsAnonymous: !origin.IsFirstHop), cancel);

    public void Dispose() => _ports.ForEach(port => port.Dispose());
}
