using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Tunic.Node.Metrics;

/// <summary>Collects what the parts of the program measure, and writes it in Prometheus' text format (version 0.0.4).</summary>
/// <remarks>Thread safe. Only instruments of meters whose name begins with "Tunic." count.</remarks>
internal sealed class MetricsReader : IDisposable
{
    private const string MeterPrefix = "Tunic.";

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);

    internal MetricsReader()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now.</summary>
    internal string Read()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_gate)
        {
            foreach ((string name, Family family) in _families)
            {
                family.Write(text, name);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>tor.relay.read in bytes becomes tor_relay_read_bytes_total, as Prometheus' conventions have it.</summary>
    internal static string NameOf(Instrument instrument)
    {
        string unit = instrument.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            "ms" => "_milliseconds",
            _ => "", // {cell} and the like only say what is counted
        };
        return instrument.Name.Replace('.', '_') + unit + (IsCounter(instrument) ? "_total" : "");
    }

    private static bool IsCounter(Instrument instrument) => Kind(instrument) is "Counter`1" or "ObservableCounter`1";

    private static string Kind(Instrument instrument) => instrument.GetType().Name;

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = FormatLabels(tags);
        lock (_gate)
        {
            string name = NameOf(instrument);
            if (!_families.TryGetValue(name, out Family? family))
            {
                family = new Family(instrument.Description ?? "", IsCounter(instrument) ? "counter" : Kind(instrument) == "Histogram`1" ? "summary" : "gauge");
                _families.Add(name, family);
            }

            family.Record(labels, value, replaces: instrument.IsObservable || Kind(instrument) == "Gauge`1");
        }
    }

    private static string FormatLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder("{");
        foreach ((string key, object? value) in tags)
        {
            string escaped = (Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append(text.Length > 1 ? "," : "").Append(key.Replace('.', '_')).Append("=\"").Append(escaped).Append('"');
        }

        return text.Append('}').ToString();
    }

    /// <summary>One metric with its series. A histogram is told as count and sum.</summary>
    private sealed class Family(string description, string type)
    {
        private readonly SortedDictionary<string, (double Sum, long Count)> _series = new(StringComparer.Ordinal);

        internal void Record(string labels, double value, bool replaces)
        {
            (double sum, long count) = _series.GetValueOrDefault(labels);
            _series[labels] = replaces ? (value, 1) : (sum + value, count + 1);
        }

        internal void Write(StringBuilder text, string name)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {description}\n# TYPE {name} {type}\n");
            foreach ((string labels, (double sum, long count)) in _series)
            {
                if (type == "summary")
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_sum{labels} {sum}\n{name}_count{labels} {count}\n");
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {sum}\n");
                }
            }
        }
    }
}
