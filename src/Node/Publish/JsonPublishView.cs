using System.Text.Json;
using Tunic.Node.Logging;
using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>For programs: one JSON object in each line of standard output (docs/commands.md).</summary>
internal sealed class JsonPublishView : IPublishView
{
    public void OnBootstrap(BootstrapProgress progress) => StandardStreams.WriteLine(JsonSerializer.Serialize(
        new Dictionary<string, object> { ["event"] = "bootstrap", ["percent"] = progress.Percent, ["summary"] = progress.Summary }));

    public void OnChanged(PublishedSite site) => StandardStreams.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["event"] = "site",
        ["name"] = site.Source.Name,
        ["target"] = site.Source.Target,
        ["state"] = NameOf(site.State),
        ["trouble"] = site.Trouble.Length > 0 ? site.Trouble : null,
        ["address"] = site.Identity.Address.ToString(),
        ["link"] = SiteLinks.Public(site),
        ["txt"] = SiteLinks.Record(site),
        ["introduction_points"] = new[] { site.Status.IntroductionPoints, site.Status.WantedIntroductionPoints },
        ["uploaded"] = new[] { site.Status.Uploaded, site.Status.Directories },
        ["visitors"] = site.Identity.Visitors.ToDictionary(visitor => visitor.Name, visitor => new Dictionary<string, string>
        {
            ["link"] = SiteLinks.Private(site, visitor),
            ["file"] = visitor.File,
        }),
    }));

    public void OnVisits(IReadOnlyList<PublishedSite> sites)
    {
        foreach (PublishedSite site in sites)
        {
            StandardStreams.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["event"] = "visits",
                ["name"] = site.Source.Name,
                ["visits"] = site.Visits,
                ["bytes_sent"] = site.Bytes.Sent,
                ["bytes_received"] = site.Bytes.Received,
            }));
        }
    }

    private static string NameOf(SiteState state) => state switch
    {
        SiteState.Bootstrapping => "bootstrapping",
        SiteState.IntroductionPoints => "introduction_points",
        SiteState.Published => "published",
        SiteState.Reachable => "reachable",
        _ => "unreachable",
    };
}
