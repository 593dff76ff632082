using Tunic.Node.Configuration.Torrc;
using Tunic.Node.Hosting;
using Tunic.Node.Logging;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices;

namespace Tunic.Node.TorProgram;

/// <summary>The onion services of a torrc: read from their directories, given to the client, and followed through changes of the torrc.</summary>
internal sealed class TorOnionServices : IAsyncDisposable
{
    private readonly OnionServiceHost _host;
    private readonly NodeEnvironment _environment;
    private readonly Dictionary<OnionAddress, string> _running = [];
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose
    private Task _changing = Task.CompletedTask;

    private TorOnionServices(OnionServiceHost host, NodeEnvironment environment) => (_host, _environment) = (host, environment);

    private NodeLog Log => _environment.Log;

    /// <summary>Starts all services of a torrc.</summary>
    /// <exception cref="TunicException">A key file makes no sense, or two services have one key.</exception>
    /// <exception cref="StorageException">A directory cannot be used.</exception>
    internal static async Task<TorOnionServices> StartAsync(TorrcOptions options, OnionServiceHost host, NodeEnvironment environment, CancellationToken cancel)
    {
        var services = new TorOnionServices(host, environment);
        if (options.Onion.IsNonAnonymous)
        {
            services.Log.Warn("This copy of Tor was compiled or configured to run in a non-anonymous mode. It will provide NO ANONYMITY.");
            services.Log.Notice("HiddenServiceSingleHopMode is enabled; disabling UseEntryGuards.");
        }

        await services.ApplyAsync(options, cancel);
        return services;
    }

    /// <summary>The torrc has been read again: what is new begins, what is gone ends, what has changed begins anew. Returns at once; failures are logged.</summary>
    internal void Use(TorrcOptions options) => _changing = ChangeAfterAsync(_changing, options);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _changing;
    }

    private async Task ChangeAfterAsync(Task before, TorrcOptions options)
    {
        await before;
        try
        {
            await ApplyAsync(options, _stop.Token);
        }
        catch (Exception failure) when (failure is TunicException or IOException)
        {
            Log.Warn(failure.Message);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // the program ends
        }
    }

    private async Task ApplyAsync(TorrcOptions options, CancellationToken cancel)
    {
        var kept = new HashSet<OnionAddress>();
        foreach (TorrcOnionService configured in options.Onion.Services)
        {
            if (!kept.Add(await StartAsync(configured, options, cancel)))
            {
                throw SameKey(configured);
            }
        }

        foreach (OnionAddress gone in _running.Keys.Except(kept).ToArray())
        {
            await RemoveAsync(gone);
        }
    }

    /// <summary>Starts one service, unless it runs already just so.</summary>
    private async Task<OnionAddress> StartAsync(TorrcOnionService configured, TorrcOptions options, CancellationToken cancel)
    {
        OnionServiceFiles files = OnionServiceDirectory.Open(configured.DirectoryPath, configured.IsGroupReadable, options.Network.IsTestingNetwork);
        Ed25519PrivateKey key = await files.LoadKeyAsync(_environment.Random, cancel);
        var address = new OnionAddress(key.PublicKey);
        OnionServiceOptions service = await CreateAsync(configured, options.Onion, files, cancel);
        if (configured.IsGroupReadable)
        {
            OnionServiceDirectory.LetGroupRead(configured.DirectoryPath);
        }

        string text = string.Join('\n', [configured.Text, .. service.AuthorizedClients.Select(client => Convert.ToHexString(client.Span)), .. service.Balancing?.Masters.Select(master => master.ToString()) ?? []]);
        if (_running.TryGetValue(address, out string? before))
        {
            if (before == text)
            {
                key.Dispose();
                return address;
            }

            await RemoveAsync(address);
        }

        if (_host.TryAdd(key, service) is not { } added)
        {
            key.Dispose();
            throw SameKey(configured);
        }

        _running[address] = text;
        Follow(added, configured.DirectoryPath);
        return address;
    }

    private static CommandException SameKey(TorrcOnionService configured) =>
        new(ErrorKind.Configuration, $"The onion service in {configured.DirectoryPath} has the key of another one.");

    private async Task RemoveAsync(OnionAddress address)
    {
        _running.Remove(address);
        await _host.RemoveAsync(address);
    }

    private async Task<OnionServiceOptions> CreateAsync(TorrcOnionService configured, TorrcOnionOptions onion, OnionServiceFiles files, CancellationToken cancel)
    {
        return new OnionServiceOptions
        {
            Ports = configured.Ports,
            IntroductionPoints = configured.IntroductionPoints,
            MaxStreams = configured.MaxStreams,
            ClosesFullCircuits = configured.MaxStreamsCloseCircuit,
            ClosesOnUnknownPort = configured.AllowUnknownPorts,
            IntroductionLimits = configured.IntroductionLimits,
            ProofOfWork = configured.ProofOfWork,
            AuthorizedClients = await files.LoadClientsAsync(Log.Warn, cancel),
            IsSingleHop = onion.IsNonAnonymous,
            Publishes = onion.Publishes,
            Balancing = configured.IsOnionBalanceInstance ? await files.LoadBalancingAsync(cancel) : null,
            ExportsCircuitId = configured.ExportsCircuitId,
        };
    }

    /// <summary>Says once that visitors can come.</summary>
    private void Follow(OnionService service, string directory)
    {
        int said = 0;
        service.StatusChanged += changed =>
        {
            if (changed.Status is { IsPublished: true } status && Interlocked.Exchange(ref said, 1) == 0)
            {
                Log.Notice($"The onion service in {directory} can be visited: {status}.");
            }
        };
    }
}
