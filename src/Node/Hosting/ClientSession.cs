using Tunic.Node.Commands;
using Tunic.Node.Storage;
using Tunic.Primitives.Storage;
using Tunic.Tor.Client;

namespace Tunic.Node.Hosting;

/// <summary>A client for one command, on the directory that a running client may hold: then its documents are read, and nothing is written.</summary>
internal sealed class ClientSession : IAsyncDisposable
{
    private readonly DataDirectoryLock? _lock;

    internal ClientSession(ChosenNetwork network, ClientOptions options, NodeEnvironment environment)
    {
        var files = new FileStateStore(network.ClientDirectory);
        _lock = DataDirectoryLock.TryTake(network.ClientDirectory);
        IStateStore store = _lock is null ? new ReadThroughStateStore(files) : files;
        Node = new ClientNode(network.Profile, options, store, environment);
    }

    internal ClientNode Node { get; }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        _lock?.Dispose();
    }
}
