using Tunic.Tor.Client;
using Tunic.Tor.Client.Listeners;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Node.Storage;
using Tunic.Primitives.Storage;

namespace Tunic.Node.Hosting;

/// <summary>A client and its ports for applications. Open the ports, start, dispose.</summary>
internal sealed class ClientNode : IAsyncDisposable
{
    private readonly NodeEnvironment _environment;
    private readonly List<(ProxyListener Listener, string Kind)> _ports = [];

    internal ClientNode(NetworkProfile profile, ClientOptions options, IStateStore store, NodeEnvironment environment)
    {
        _environment = environment;
        Client = new TorClient(profile, options, environment.Connector, store, environment.Channels);
    }

    internal TorClient Client { get; }

    /// <summary>Opens a port; before the client starts, so that a port in use is the first thing to be told.</summary>
    /// <exception cref="ListenerException">It cannot be opened; the message names the option.</exception>
    internal void Open(ProxyListener port, string kind)
    {
        _environment.Log.Notice($"Opening {kind} listener on {port.LocalName}");
        _ports.Add((port, kind));
        port.Start();
        _environment.Log.Notice($"Opened {kind} listener connection (ready) on {port.LocalName}");
    }

    /// <summary>Where the ports of a kind listen.</summary>
    internal IReadOnlyList<string> GetListeners(string kind) => [.. _ports.Where(port => port.Kind == kind).Select(port => port.Listener.LocalName)];

    /// <summary>Reads what earlier runs have left; before anything else of the process writes beside it.</summary>
    /// <exception cref="CorruptStateException">A file makes no sense; it was not overwritten.</exception>
    /// <exception cref="StorageException">A file cannot be read.</exception>
    internal Task LoadAsync(CancellationToken cancel) => Client.LoadAsync(cancel);

    /// <summary>Begins to bootstrap. Returns at once.</summary>
    internal void Start()
    {
        BootstrapNotices.Follow(Client, _environment.Log);
        Client.Start();
    }

    /// <summary>Returns when the process is asked to end.</summary>
    /// <exception cref="OutdatedProgramException">The client cannot go on.</exception>
    internal async Task RunUntilAsync(CancellationToken stopping)
    {
        Task asked = Task.Delay(Timeout.Infinite, stopping);
        await Task.WhenAny(asked, Client.Completion);
        if (Client.Completion.IsFaulted)
        {
            await Client.Completion;
        }

        await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Closes the ports, then the client: first nobody asks for anything any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_ports.Select(port => port.Listener.DisposeAsync().AsTask()));
        await Client.DisposeAsync();
    }
}
