using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Tunic.Node.Bench;

/// <summary>The medians of all rounds, and what each network is beside the first.</summary>
internal sealed class BenchReport(IReadOnlyList<string> networks)
{
    private readonly Dictionary<string, List<double>[]> _figures = [];

    /// <summary>Adds what one round found of one network.</summary>
    internal void Add(int network, IReadOnlyDictionary<string, double> figures)
    {
        foreach ((string name, double value) in figures)
        {
            if (!_figures.TryGetValue(name, out List<double>[]? values))
            {
                _figures.Add(name, values = [.. networks.Select(_ => new List<double>())]);
            }

            values[network].Add(value);
        }
    }

    /// <summary>A table in Markdown: medians, and the last network's ratio to the first.</summary>
    internal string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| figure (median) | ").AppendJoin(" | ", networks).Append(" | ")
            .Append(networks[^1]).Append(" / ").Append(networks[0]).Append(" |\n|---|")
            .Insert(text.Length, "---|", networks.Count + 1).Append('\n');
        foreach ((string name, List<double>[] values) in _figures)
        {
            text.Append("| ").Append(name).Append(" | ");
            text.AppendJoin(" | ", values.Select(rounds => Format(Median(rounds)))).Append(" | ");
            text.Append(Format(Median(values[^1]) / Median(values[0]))).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>All medians and all single values as JSON.</summary>
    internal string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach ((string name, List<double>[] values) in _figures)
            {
                json.WriteStartObject(name);
                for (int i = 0; i < networks.Count; i++)
                {
                    json.WriteStartObject(networks[i]);
                    json.WriteNumber("median", Median(values[i]));
                    json.WriteStartArray("rounds");
                    values[i].ForEach(value => json.WriteNumberValue(value));
                    json.WriteEndArray();
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The middle value, or the mean of the two; not a number for none.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Format(double value) =>
        value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
