using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tunic.Node.Bench;

/// <summary>What `tunic bench liveness` has found.</summary>
internal sealed class LivenessBenchReport
{
    internal List<LivenessBenchRun> Runs { get; } = [];

    internal string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| run | relay | kill to absence, s | request made at the kill, s |\n|---|---|---|---|\n");
        foreach ((int index, LivenessBenchRun run) in Runs.Index())
        {
            text.Append(
                CultureInfo.InvariantCulture, $"| {index + 1} | {run.Relay} | {run.Absent.TotalSeconds:0.00} | {run.Request.TotalSeconds:0.00} |\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"| median | | {BenchReport.Median(Of(run => run.Absent)):0.00} | {BenchReport.Median(Of(run => run.Request)):0.00} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| maximum | | {Of(run => run.Absent)[^1]:0.00} | {Of(run => run.Request)[^1]:0.00} |\n");
        return text.ToString();
    }

    internal string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            Write(json, "kill_to_absence_s", Of(run => run.Absent));
            Write(json, "request_s", Of(run => run.Request));
            json.WriteStartArray("runs");
            foreach (LivenessBenchRun run in Runs)
            {
                json.WriteStartObject();
                json.WriteString("relay", run.Relay);
                json.WriteNumber("kill_to_absence_s", Math.Round(run.Absent.TotalSeconds, 3));
                json.WriteNumber("request_s", Math.Round(run.Request.TotalSeconds, 3));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, double[] sorted)
    {
        json.WriteStartObject(name);
        json.WriteNumber("median", Math.Round(BenchReport.Median(sorted), 3));
        json.WriteNumber("maximum", Math.Round(sorted[^1], 3));
        json.WriteEndObject();
    }


    /// <summary>Seconds, ascending.</summary>
    private double[] Of(Func<LivenessBenchRun, TimeSpan> figure) => [.. Runs.Select(run => figure(run).TotalSeconds).Order()];
}
