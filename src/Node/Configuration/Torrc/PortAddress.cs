using System.Globalization;
using System.Net;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Where a port line says to listen: [address:](port|auto), or unix:path; 0 turns the port off.</summary>
/// <param name="Address">Null when not given.</param>
/// <param name="Port">0 for auto.</param>
/// <param name="UnixPath">Null for TCP.</param>
/// <param name="IsOff">The line is "0".</param>
internal sealed record PortAddress(IPAddress? Address, int Port, string? UnixPath, bool IsOff)
{
    /// <summary>Cuts a line into where to listen and the flags behind it; what is wrong comes back in <paramref name="fault"/>.</summary>
    internal static PortAddress? Read(string line, string portName, out IReadOnlyList<string> flags, out string fault)
    {
        flags = [];
        if (line.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            return ReadUnix(line[5..], portName, out flags, out fault);
        }

        string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            fault = $"Invalid {portName}Port line with no address";
            return null;
        }

        flags = words[1..];
        return ReadAddress(words[0], portName, out fault);
    }

    private static PortAddress? ReadUnix(string rest, string portName, out IReadOnlyList<string> flags, out string fault)
    {
        int end = rest.StartsWith('"') ? rest.IndexOf('"', 1) : rest.AsSpan().IndexOfAny(' ', '\t') is var space && space < 0 ? rest.Length : space;
        string path = end < 0 ? "" : rest[..end].TrimStart('"');
        flags = end < 0 ? [] : rest[Math.Min(end + 1, rest.Length)..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        fault = path.Length > 0 ? "" : $"Invalid {portName}Port line with unparsable address";
        return path.Length > 0 ? new PortAddress(null, 0, path, IsOff: false) : null;
    }

    private static PortAddress? ReadAddress(string text, string portName, out string fault)
    {
        fault = "";
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return new PortAddress(null, 0, null, IsOff: false);
        }

        if (TryReadPort(text, out int port))
        {
            return new PortAddress(null, port, null, IsOff: port == 0);
        }

        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        string portText = colon < 0 ? "" : text[(colon + 1)..];
        if (!TryReadHost(host, out IPAddress? address))
        {
            fault = $"Couldn't parse address \"{text}\" for {portName}Port";
            return null;
        }

        if (portText.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return new PortAddress(address, 0, null, IsOff: false);
        }

        if (!TryReadPort(portText, out port) || port == 0)
        {
            fault = colon < 0 || port == 0 ? $"{portName}Port line has address but no port" : $"Couldn't parse address \"{text}\" for {portName}Port";
            return null;
        }

        return new PortAddress(address, port, null, IsOff: false);
    }

    private static bool TryReadPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65_535;

    /// <summary>An address in numbers, IPv6 in brackets; the one name that needs no resolver is localhost.</summary>
    private static bool TryReadHost(string host, out IPAddress? address)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            address = IPAddress.Loopback;
            return true;
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        string number = bracketed ? host[1..^1] : host;
        address = null;
        bool whole = bracketed ? number.Contains(':', StringComparison.Ordinal) : number.Split('.').Length == 4; // not 127.1, which IPAddress takes too
        return whole && IPAddress.TryParse(number, out address);
    }
}
