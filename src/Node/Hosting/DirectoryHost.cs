using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Relay.Descriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Node.Hosting;

/// <summary>Serves a directory store over circuits and over directory ports.</summary>
internal sealed class DirectoryHost : IDisposable
{
    private const int MaxConnections = 1_024;
    private const int MaxPerAddress = MaxConnections / 16;

    private readonly DirectoryConnection _connection;
    private readonly List<DirectoryPortListener> _ports = [];

    /// <param name="ports">Where to listen.</param>
    /// <param name="admits">Whom the ports answer; asked for each connection.</param>
    /// <param name="store">What is served.</param>
    /// <param name="handlers">Who answers besides.</param>
    /// <param name="ownDocuments">The relay's own documents.</param>
    /// <param name="environment">Clock, randomness and log.</param>
    /// <exception cref="DirectoryPortException">A port cannot be opened.</exception>
    internal DirectoryHost(
        IReadOnlyList<IPEndPoint> ports,
        Predicate<IPAddress> admits,
        DirectoryStore store,
        IReadOnlyList<IDirectoryHandler> handlers,
        Func<RelayDescriptorDocuments?> ownDocuments,
        NodeEnvironment environment)
    {
        var server = new DirectoryServer(
            store, new DirectoryServerOptions { OwnDocuments = ownDocuments, Handlers = handlers, Time = environment.Time });
        _connection = new DirectoryConnection(server);
        foreach (IPEndPoint port in ports)
        {
            _ports.Add(DirectoryPortListener.Bind(port, server, CreateLimits(environment.Random), admits, environment.Log));
            environment.Log.Notice($"Opened Directory listener connection (ready) on {_ports[^1].Address}");
        }
    }

    /// <summary>Where the ports listen.</summary>
    internal IReadOnlyList<IPEndPoint> Addresses => [.. _ports.Select(port => port.Address)];

    /// <summary>The limits of one port: nobody holds more than a sixteenth of its places, but a network on one machine has only one address.</summary>
    /// <remarks>Short connections are as welcome as in stock tor, which does not count them here: whoever fetches all descriptors makes dozens at once.</remarks>
    internal static ConnectionLimits CreateLimits(RandomSource random)
    {
        var options = new ConnectionLimitOptions
        {
            MaxConnections = MaxConnections,
            MaxPerAddress = MaxPerAddress,
            RatePerAddress = MaxPerAddress,
            BurstPerAddress = MaxConnections,
        };
        return new ConnectionLimits(options, IPAddress.IsLoopback, random);
    }

    /// <summary>Serves the ports until cancelled.</summary>
    internal Task RunAsync(CancellationToken cancel) => LoopGroup.RunAsync(_ports.Select(port => (Func<CancellationToken, Task>)port.RunAsync), cancel);

    /// <summary>Serves one stream of a circuit.</summary>
    internal Task ServeAsync(Stream stream, DirectoryStreamOrigin origin, CancellationToken cancel) =>
        _connection.ServeAsync(stream, new DirectoryAsker(origin.PreviousHop, IsTunnelled: true, IsAnonymous: !origin.IsFirstHop), cancel);

    public void Dispose() => _ports.ForEach(port => port.Dispose());
}
