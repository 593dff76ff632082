using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads the MetricsPort line: [address:]port [prometheus]. As in stock only the first one counts.</summary>
internal static class MetricsPortReader
{
    private const string Format = "prometheus";

    /// <returns>Null when there is none.</returns>
    /// <exception cref="TorrcException">The line makes no sense.</exception>
    internal static IPEndPoint? Read(TorrcSettings settings)
    {
        if (settings.Lines("MetricsPort") is not [TorrcLine line, ..])
        {
            return null;
        }

        PortAddress? where = PortAddress.Read(line.Value, "Metrics", out IReadOnlyList<string> words, out _);
        if (where is null or { UnixPath: not null })
        {
            throw TorrcException.Invalid("MetricsPort address/port failed to parse or resolve.", line);
        }

        if (words is [string format, ..] && !format.Equals(Format, StringComparison.OrdinalIgnoreCase))
        {
            throw TorrcException.Invalid($"MetricsPort unknown format: {format}", line);
        }

        return where.IsOff ? null : new IPEndPoint(where.Address ?? IPAddress.Loopback, where.Port);
    }
}
