using System.Globalization;
using System.Text;
using System.Text.Json;
using Tunic.Node.Commands;

namespace Tunic.Node.Demonstration;

/// <summary>What `tunic up` has shown.</summary>
internal sealed record DemonstrationReport
{
    /// <summary>What everybody has to know who uses such a network.</summary>
    internal const string OneOperator = "not anonymous: every relay of this network runs on this machine, so whoever controls it sees both ends.";

    internal required FetchResult Fetch { get; init; }

    internal required IReadOnlyList<HopSight> Sights { get; init; }

    /// <summary>From the start of the first process to a consensus with every relay.</summary>
    internal required TimeSpan NetworkUp { get; init; }

    /// <summary>From an empty client to its first circuit.</summary>
    internal required TimeSpan Bootstrap { get; init; }

    internal required int Processes { get; init; }

    internal IEnumerable<string> ToLines()
    {
        yield return "";
        foreach (string line in Fetch.ToLines())
        {
            yield return line;
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"         network of {Processes} processes up after {NetworkUp.TotalSeconds:0.0} s, client bootstrapped in {Bootstrap.TotalSeconds:0.00} s");
        yield return $"banner   {OneOperator}";
        yield return "proof    TCP connections as the system lists them, at the moment the page was served:";
        foreach (HopSight sight in Sights)
        {
            yield return $"         {sight.ToLine()}";
        }
    }

    internal string ToJson()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WritePropertyName("fetch");
            Fetch.Write(json);
            json.WriteBoolean("anonymous", false);
            json.WriteString("banner", OneOperator);
            json.WriteNumber("processes", Processes);
            json.WriteNumber("network_up_ms", Math.Round(NetworkUp.TotalMilliseconds));
            json.WriteNumber("bootstrap_ms", Math.Round(Bootstrap.TotalMilliseconds));
            json.WriteStartArray("proof");
            foreach (HopSight sight in Sights)
            {
                json.WriteStartObject();
                json.WriteString("name", sight.Name);
                json.WriteString("role", sight.Role);
                Write(json, "sees", sight.Sees);
                Write(json, "does_not_see", sight.DoesNotSee);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (string item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
