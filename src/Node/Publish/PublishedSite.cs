using Tunic.Node.Hosting;
using Tunic.Primitives.Overlay;
using Tunic.Publishing.Sites;
using Tunic.Publishing.Traffic;
using Tunic.Publishing.Upstreams;
using Tunic.Tor.Client;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Publish;

/// <summary>One site that is being published: brings it up, looks whether it can be reached, and serves it until it is stopped.</summary>
internal sealed class PublishedSite(TorClient client, SiteSource source, SiteIdentity identity, NodeEnvironment environment)
{
    /// <summary>What visitors of every site ask for.</summary>
    internal const ushort Port = 80;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _checkInterval = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private Func<(long Received, long Sent)> _readBytes = () => (0, 0);
    private OnionService? _service;

    /// <summary>Raised when <see cref="State"/> or <see cref="Status"/> is another; on any thread.</summary>
    internal event Action<PublishedSite>? Changed;

    internal SiteSource Source => source;

    internal SiteIdentity Identity => identity;

    internal SiteState State { get; private set; }

    /// <summary>Why it is <see cref="SiteState.Unreachable"/>.</summary>
    internal string Trouble { get; private set; } = "";

    internal OnionServiceStatus Status => _service?.Status ?? new OnionServiceStatus(0, 0, 0, 0);

    /// <summary>Circuits of visitors so far, our own checks among them.</summary>
    internal long Visits => _service?.TotalVisitors ?? 0;

    /// <summary>Bytes that visitors have sent and received.</summary>
    internal (long Received, long Sent) Bytes => _readBytes();

    /// <summary>Serves until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancel)
    {
        using ClientAuthorizationKey? own = identity.Visitors.Count > 0 ? ClientAuthorizationKey.Generate(environment.Random) : null;
        var check = new ReachabilityCheck(client, source, identity.Address, own);
        var options = new OnionServiceOptions
        {
            Ports = [],
            AuthorizedClients = own is null ? [] : [.. identity.Visitors.Select(visitor => visitor.Key.PublicKey), own.PublicKey],
        };
        await using MeteredListener listener = await ListenAsync(options, cancel);
        if (source.Folder is { } folder)
        {
            await using SiteServer server = await SiteServer.StartAsync(folder, _ => Task.FromResult<IOverlayListener>(listener), null, null, cancel);
            await WatchAsync(check, cancel);
        }
        else
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            Task serving = new UpstreamForwarder(source.Upstream!, environment.Log).RunAsync(listener, stop.Token);
            try
            {
                await WatchAsync(check, cancel);
            }
            finally
            {
                await stop.CancelAsync();
                await serving;
            }
        }
    }

    private async Task<MeteredListener> ListenAsync(OnionServiceOptions options, CancellationToken cancel)
    {
        Task<IOverlayListener> listening = client.OnionServices.ListenAsync(identity.Key, Port, options, cancel);
        _service = client.OnionServices.Services.FirstOrDefault(service => service.Address == identity.Address); // null when it could not be added, which the task says
        _service?.StatusChanged += _ => OnStatus();
        OnStatus();
        var traffic = new MeteredListener(await listening);
        _readBytes = () => (traffic.BytesReceived, traffic.BytesSent);
        return traffic;
    }

    private void OnStatus()
    {
        OnionServiceStatus status = Status;
        lock (_gate)
        {
            if (State < SiteState.Published)
            {
                State = status.IsPublished ? SiteState.Published : status.WantedIntroductionPoints > 0 ? SiteState.IntroductionPoints : SiteState.Bootstrapping;
            }
        }

        Changed?.Invoke(this);
    }

    /// <summary>Looks until it was reached, and again from time to time: a network that was away is back some day.</summary>
    private async Task WatchAsync(ReachabilityCheck check, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            string? trouble = await check.RunAsync(cancel);
            lock (_gate)
            {
                Trouble = trouble ?? "";
                State = trouble is null ? SiteState.Reachable : State < SiteState.Reachable ? State : SiteState.Unreachable;
            }

            Changed?.Invoke(this);
            await Task.Delay(trouble is null ? _checkInterval : _pause, environment.Time, cancel);
        }
    }
}
