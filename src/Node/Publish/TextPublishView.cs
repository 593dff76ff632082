using System.Globalization;
using Tunic.Node.Progress;
using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>For people: a line for each step that is done, the address with its picture, then visits and bytes.</summary>
internal sealed class TextPublishView(IProgressView view) : IPublishView
{
    private readonly Dictionary<PublishedSite, (SiteState State, string Trouble)> _told = [];
    private readonly HashSet<PublishedSite> _shown = [];

    public void OnBootstrap(BootstrapProgress progress)
    {
        view.Begin($"network: {progress.Percent}% {progress.Summary}");
        if (progress == BootstrapProgress.Done)
        {
            view.Done("the network is known");
        }
    }

    public void OnChanged(PublishedSite site)
    {
        string name = site.Source.Name;
        (SiteState before, string trouble) = _told.GetValueOrDefault(site, (SiteState.Bootstrapping, ""));
        _told[site] = (site.State, site.Trouble);
        if (site.State < SiteState.Reachable)
        {
            view.Begin($"{name}: {site.Status}");
        }

        if (site.Trouble.Length > 0 && site.Trouble != trouble && site.State < SiteState.Reachable)
        {
            view.Done($"{name}: not reached yet: {site.Trouble}");
        }

        if (site.State == before)
        {
            return;
        }

        switch (site.State)
        {
            case SiteState.Published:
                view.Done($"{name}: {site.Status}");
                break;
            case SiteState.Reachable:
                view.Done($"{name}: reachable; descriptor and page came through fresh circuits");
                ShowAddress(site);
                break;
            case SiteState.Unreachable:
                view.Done($"{name}: cannot be reached now: {site.Trouble}. It is tried again.");
                break;
        }
    }

    public void OnVisits(IReadOnlyList<PublishedSite> sites) => view.Begin(string.Join("; ", sites.Select(site => string.Create(
        CultureInfo.InvariantCulture, $"{site.Source.Name}: {site.Visits} visits, {site.Bytes.Sent} bytes sent, {site.Bytes.Received} received"))));

    private void ShowAddress(PublishedSite site)
    {
        if (!_shown.Add(site))
        {
            return;
        }

        view.Print("");
        view.Print($"  {SiteLinks.Public(site)}");
        foreach (SiteVisitor visitor in site.Identity.Visitors)
        {
            view.Print($"  {visitor.Name,-12} {SiteLinks.Private(site, visitor)}");
            view.Print($"  {"",-12} for tor's ClientOnionAuthDir: {visitor.File}");
        }

        if (site.Source.Folder is { HasIndex: false })
        {
            view.Print($"  There is no index.html in {site.Source.Target}: who opens the address itself is told that there is no such page.");
        }

        view.Print($"  TXT record, for a name of yours: {SiteLinks.Record(site)}");
        view.Print("");
        foreach (string line in QrPicture.ToText(SiteLinks.Public(site)).Split('\n'))
        {
            view.Print($"  {line.TrimEnd('\r')}");
        }
    }
}
