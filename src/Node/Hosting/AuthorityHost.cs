using Tunic.Node.Commands;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Storage;
using Tunic.Tor.Network;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Relay.Authority;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Node.Hosting;

/// <summary>A directory authority in this process: its keys, its service, and the documents that it serves and keeps.</summary>
internal sealed class AuthorityHost : IAsyncDisposable
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SavePause = TimeSpan.FromSeconds(15);

    private readonly AuthorityKeys _keys;
    private readonly AuthorityService _service;
    private readonly DirectoryFiles _files;
    private readonly NodeEnvironment _environment;

    private AuthorityHost(AuthorityKeys keys, AuthorityService service, DirectoryStore store, DirectoryFiles files, NodeEnvironment environment)
    {
        _keys = keys;
        _service = service;
        _files = files;
        _environment = environment;
        Store = store;
        Handler = new AuthorityDirectoryHandler(service);
    }

    /// <summary>Raised with each consensus that it publishes.</summary>
    internal event Action<Consensus>? Published;

    /// <summary>What it serves.</summary>
    internal DirectoryStore Store { get; }

    /// <summary>A relay's newest descriptor; null when it has sent none, or none that was accepted.</summary>
    internal RouterDescriptor? FindDescriptor(RsaIdentity relay) => _service.Read(authority => authority.Relays.Shelf.FindCurrent(relay));

    /// <summary>Takes uploads, votes and signatures.</summary>
    internal IDirectoryHandler Handler { get; }

    /// <summary>Reads keys and state.</summary>
    /// <exception cref="CommandException">The keys are missing, unusable, or those of nobody whom the network trusts.</exception>
    internal static async Task<AuthorityHost> CreateAsync(
        AuthoritySettings settings, NetworkProfile profile, RsaIdentity relay, IStateStore state, NodeEnvironment environment, CancellationToken cancel)
    {
        AuthorityKeys keys = await AuthorityKeyFiles.LoadAsync(state, cancel) ?? throw new CommandException(
            ErrorKind.LocalState, "This is to be an authority, and keys/ holds no keys of one: make them with `tunic keys authority DIRECTORY`.");
        RsaIdentity self = keys.Certificate.Identity;
        if (!profile.TrustedIdentities.Contains(self))
        {
            throw new CommandException(
                ErrorKind.Configuration, $"This authority's v3ident is {self}, and no DirAuthority line names it.");
        }

        var store = new DirectoryStore(new DirectoryStoreOptions());
        var files = new DirectoryFiles(state, environment.Log);
        await files.LoadAsync(store, profile.TrustedIdentities, environment.Time.GetUtcNow().UtcDateTime, cancel);
        AuthorityHost? host = null;
        var authority = new AuthorityEnvironment
        {
            Keys = keys,
            Network = settings.Network,
            Profile = settings.Profile,
            Acceptance = settings.Acceptance with { Self = relay },
            Peers = [.. profile.Authorities.Where(other => other.V3Identity != self)],
            Client = new DirectoryPortClient(RequestLimit, environment.Time),
            Probe = new ChannelProbe(environment.Connector, environment.Channels),
            Store = store,
            OnConsensus = consensus => host?.Published?.Invoke(consensus),
            State = state,
            ReadBandwidths = stop => ReadBandwidthsAsync(settings.BandwidthsPath, stop),
            Time = environment.Time,
            Random = environment.Random,
            Log = environment.Log,
        };
        AuthorityState remembered = await new AuthorityFiles(state).LoadAsync(authority, cancel);
        host = new AuthorityHost(keys, new AuthorityService(authority, remembered), store, files, environment);
        return host;
    }

    /// <summary>Votes, and keeps what was voted, until cancelled.</summary>
    internal Task RunAsync(CancellationToken cancel) => LoopGroup.RunAsync([_service.RunAsync, SaveAsync], cancel);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _files.TrySaveAsync(Store.Current, CancellationToken.None);
        _keys.Dispose();
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> ReadBandwidthsAsync(string? path, CancellationToken cancel)
    {
        try
        {
            return path is not null && File.Exists(path) ? await File.ReadAllBytesAsync(path, cancel) : (ReadOnlyMemory<byte>?)null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The bandwidth file {path} cannot be read: {failure.Message}", failure);
        }
    }

    private async Task SaveAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(SavePause, _environment.Time, cancel);
            await _files.TrySaveAsync(Store.Current, cancel);
        }
    }
}
