using System.Text;
using System.Text.Json;
using Tunic.Node.Logging;
using Tunic.Tor.Client;

namespace Tunic.Node.Publish;

/// <summary>For programs: one JSON object in each line of standard output (docs/commands.md).</summary>
internal sealed class JsonPublishView : IPublishView
{
    public void OnBootstrap(BootstrapProgress progress) => Write("bootstrap", json =>
    {
        json.WriteNumber("percent", progress.Percent);
        json.WriteString("summary", progress.Summary);
    });

    public void OnChanged(PublishedSite site) => Write("site", json =>
    {
        json.WriteString("name", site.Source.Name);
        json.WriteString("target", site.Source.Target);
        json.WriteString("state", NameOf(site.State));
        json.WriteString("trouble", site.Trouble);
        json.WriteString("address", site.Identity.Address.ToString());
        json.WriteString("link", SiteLinks.Public(site));
        json.WriteString("txt", SiteLinks.Record(site));
        WriteProgress(json, "introduction_points", site.Status.IntroductionPoints, site.Status.WantedIntroductionPoints);
        WriteProgress(json, "uploaded", site.Status.Uploaded, site.Status.Directories);
        json.WriteStartArray("visitors");
        foreach (SiteVisitor visitor in site.Identity.Visitors)
        {
            json.WriteStartObject();
            json.WriteString("name", visitor.Name);
            json.WriteString("link", SiteLinks.Private(site, visitor));
            json.WriteString("file", visitor.File);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public void OnVisits(IReadOnlyList<PublishedSite> sites)
    {
        foreach (PublishedSite site in sites)
        {
            Write("visits", json =>
            {
                json.WriteString("name", site.Source.Name);
                json.WriteNumber("visits", site.Visits);
                json.WriteNumber("bytes_sent", site.Bytes.Sent);
                json.WriteNumber("bytes_received", site.Bytes.Received);
            });
        }
    }

    private static void WriteProgress(Utf8JsonWriter json, string name, int done, int wanted)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(done);
        json.WriteNumberValue(wanted);
        json.WriteEndArray();
    }

    private static void Write(string what, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("event", what);
            write(json);
            json.WriteEndObject();
        }

        StandardStreams.WriteLine(Encoding.UTF8.GetString(text.ToArray()));
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
