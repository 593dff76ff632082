using Tunic.Node.Hosting;
using Tunic.Node.Processes;
using Tunic.Node.Storage;
using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>All sites of one call, from the first question to the network to the end.</summary>
internal sealed class SiteGroup : IDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private readonly TorClient _client;
    private readonly NodeEnvironment _environment;
    private readonly List<PublishedSite> _sites = [];
    private readonly Lock _gate = new(); // one line at a time

    private SiteGroup(TorClient client, NodeEnvironment environment) => (_client, _environment) = (client, environment);

    /// <summary>Opens the identities of all sites, so that what is wrong with one is told before anything is published.</summary>
    internal static async Task<SiteGroup> OpenAsync(
        IReadOnlyList<SiteSource> sources, string directory, IReadOnlyList<string> visitors, TorClient client, NodeEnvironment environment, CancellationToken cancel)
    {
        var group = new SiteGroup(client, environment);
        try
        {
            foreach (SiteSource source in sources)
            {
                SiteIdentity identity = await SiteIdentity.OpenAsync(Path.Combine(directory, source.Name), source, visitors, environment.Random, cancel);
                group._sites.Add(new PublishedSite(client, source, identity, environment));
            }

            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>Publishes until it is cancelled, or until all can be reached.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunAsync(IPublishView view, bool once, string? picture, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _client.BootstrapChanged += progress => Tell(() => view.OnBootstrap(progress));
        foreach (PublishedSite site in _sites)
        {
            site.Changed += changed => Tell(() => view.OnChanged(changed));
            site.Changed += _ =>
            {
                if (once && _sites.TrueForAll(other => other.State == SiteState.Reachable))
                {
                    stop.Cancel();
                }
            };
        }

        if (picture is not null)
        {
            await PrivateFiles.ReplaceAsync(picture, picture + ".new", QrPicture.ToPng(SiteLinks.Public(_sites[0])), cancel);
        }

        _client.Start();
        Task[] running = [.. _sites.Select(site => site.RunAsync(stop.Token)), CountAsync(view, stop.Token), _client.Completion];
        Task first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running.SkipLast(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsFaulted)
        {
            await first;
        }

        return ExitCode.Success;
    }

    public void Dispose() => _sites.ForEach(site => site.Identity.Dispose());

    private async Task CountAsync(IPublishView view, CancellationToken cancel)
    {
        (long, long, long)[] told = [];
        using var timer = new PeriodicTimer(_interval, _environment.Time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            (long, long, long)[] now = [.. _sites.Select(site => (site.Visits, site.Bytes.Received, site.Bytes.Sent))];
            if (_sites.TrueForAll(site => site.State >= SiteState.Reachable) && !now.SequenceEqual(told))
            {
                told = now;
                Tell(() => view.OnVisits(_sites));
            }
        }
    }

    private void Tell(Action tell)
    {
        lock (_gate)
        {
            tell();
        }
    }
}
