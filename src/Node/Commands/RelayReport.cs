using System.Globalization;
using System.Text;
using System.Text.Json;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Commands;

/// <summary>What `tunic relays` says of one relay.</summary>
/// <param name="Relay">As the consensus has it.</param>
/// <param name="AnsweredAfter">Until a circuit led to it; null when none did, or nobody tried.</param>
internal sealed record RelayReport(Relay Relay, TimeSpan? AnsweredAfter = null)
{
    internal string ToLine()
    {
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Relay.Status.Nickname,-19} {Relay.RsaIdentity} {Relay.IPv4Address,-21} {string.Join(' ', FlagNames())}");
        return AnsweredAfter is { } time ? string.Create(CultureInfo.InvariantCulture, $"{line}  {time.TotalMilliseconds:0} ms") : line;
    }

    internal static string ToJson(IEnumerable<RelayReport> reports, bool isProbed)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (RelayReport report in reports)
            {
                report.Write(json, isProbed);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private void Write(Utf8JsonWriter json, bool isProbed)
    {
        json.WriteStartObject();
        json.WriteString("nickname", Relay.Status.Nickname);
        json.WriteString("fingerprint", Relay.RsaIdentity.ToString());
        json.WriteString("address", Relay.IPv4Address.ToString());
        json.WriteStartArray("flags");
        foreach (string name in FlagNames())
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        if (isProbed)
        {
            json.WriteBoolean("live", AnsweredAfter is not null);
            if (AnsweredAfter is { } time)
            {
                json.WriteNumber("answered_ms", Math.Round(time.TotalMilliseconds));
            }
        }

        json.WriteEndObject();
    }

    private IEnumerable<string> FlagNames() =>
        Enum.GetValues<RelayFlags>().Where(flag => flag != 0 && Relay.Flags.HasFlag(flag)).Select(flag => flag.ToString());
}
