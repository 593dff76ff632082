using System.Globalization;
using System.Text.Json;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Node.Commands;

/// <summary>What a fetch through a circuit came to.</summary>
internal sealed record FetchResult
{
    internal required string Url { get; init; }

    internal required int Status { get; init; }

    internal required long Length { get; init; }

    /// <summary>The circuit, guard first.</summary>
    internal required IReadOnlyList<Relay> Route { get; init; }

    /// <summary>Until the target had accepted the connection.</summary>
    internal required TimeSpan Connected { get; init; }

    /// <summary>Until the answer began.</summary>
    internal required TimeSpan FirstByte { get; init; }

    internal required TimeSpan Total { get; init; }

    internal IEnumerable<string> ToLines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{Status}, {Length} bytes from {Url}");
        yield return $"route    {string.Join(" -> ", Route.Select(relay => $"{relay.Status.Nickname} ({relay.IPv4Address})"))}";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"timings  connected after {Connected.TotalMilliseconds:0.0} ms, first byte {FirstByte.TotalMilliseconds:0.0} ms, all {Total.TotalMilliseconds:0.0} ms");
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("url", Url);
        json.WriteNumber("status", Status);
        json.WriteNumber("bytes", Length);
        json.WriteStartArray("route");
        foreach (Relay relay in Route)
        {
            json.WriteStartObject();
            json.WriteString("nickname", relay.Status.Nickname);
            json.WriteString("fingerprint", relay.RsaIdentity.ToString());
            json.WriteString("address", relay.IPv4Address.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("connected_ms", Math.Round(Connected.TotalMilliseconds, 1));
        json.WriteNumber("first_byte_ms", Math.Round(FirstByte.TotalMilliseconds, 1));
        json.WriteNumber("total_ms", Math.Round(Total.TotalMilliseconds, 1));
        json.WriteEndObject();
    }
}
