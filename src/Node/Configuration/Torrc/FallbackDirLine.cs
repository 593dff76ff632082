using System.Globalization;
using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>A directory cache to start with: FallbackDir address:port orport=P id=FINGERPRINT [weight=N] [ipv6=[address]:port].</summary>
internal sealed record FallbackDirLine(IPAddress Address, int OrPort, RsaIdentity Identity)
{
    internal IPEndPoint? Ipv6OrEndpoint { get; init; }

    internal double Weight { get; init; } = 1;

    /// <exception cref="TorrcException">The line lacks something or is malformed.</exception>
    internal static FallbackDirLine Read(TorrcLine line)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var positional = new List<string>();
        foreach (string word in line.Value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                positional.Add(word);
            }
            else
            {
                values[word[..equals]] = word[(equals + 1)..];
            }
        }

        if (positional.Count != 1)
        {
            throw Invalid($"Couldn't parse FallbackDir line \"{line.Value}\"", line);
        }

        if (!values.TryGetValue("id", out string? id))
        {
            throw Invalid("Missing identity on FallbackDir line", line);
        }

        if (!RsaIdentity.TryParseHex(id, out RsaIdentity identity))
        {
            throw Invalid($"Bad FallbackDir option \"id={id}\"", line);
        }

        if (!int.TryParse(values.GetValueOrDefault("orport"), NumberStyles.None, CultureInfo.InvariantCulture, out int orPort) || orPort is 0 or > 65_535)
        {
            throw Invalid("Missing orport on FallbackDir line", line);
        }

        if (!IPEndPoint.TryParse(positional[0], out IPEndPoint? endpoint))
        {
            throw Invalid($"Couldn't parse address:port {positional[0]} on FallbackDir line", line);
        }

        IPEndPoint? ipv6 = null;
        return values.TryGetValue("ipv6", out string? text) && !IPEndPoint.TryParse(text, out ipv6)
            ? throw Invalid($"Bad ipv6 addr/port \"ipv6={text}\" on FallbackDir line", line)
            : new FallbackDirLine(endpoint.Address, orPort, identity)
            {
                Ipv6OrEndpoint = ipv6,
                Weight = TorrcValue.TryReadReal(values.GetValueOrDefault("weight", "1"), out double weight, out _) && weight >= 0 ? weight : 1,
            };
    }

    private static TorrcException Invalid(string fault, TorrcLine line) =>
        TorrcException.Invalid($"Directory authority/fallback line did not parse: {fault}", line);
}
