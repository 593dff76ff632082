using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Reads "VIRTPORT [TARGET]" (stock hs_parse_port_config): of HiddenServicePort lines, and of ADD_ONION with another separator.</summary>
public static class OnionPortReader
{
    private const string UnixPrefix = "unix:";

    /// <summary>Reads a port. The target may be a port, an address, both, or a unix socket; without one it is the same port on 127.0.0.1.</summary>
    /// <param name="text">The value.</param>
    /// <param name="separator">Between the two parts.</param>
    /// <param name="fault">Empty, or what is wrong.</param>
    /// <returns>Null when something is wrong.</returns>
    public static OnionServicePort? Read(string text, char separator, out string fault)
    {
        string[] parts = text.Trim().Split(separator, 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            fault = "Bad syntax in hidden service port configuration.";
            return null;
        }

        if (!TryReadPort(parts[0], out ushort port))
        {
            fault = $"Missing or invalid port \"{parts[0]}\" in hidden service port configuration";
            return null;
        }

        if (parts.Length == 1)
        {
            fault = "";
            return new OnionServicePort(port, new IPEndPoint(IPAddress.Loopback, port));
        }

        return ReadTarget(parts[1], port, out fault) is { } target ? new OnionServicePort(port, target) : null;
    }

    private static EndPoint? ReadTarget(string text, ushort port, out string fault)
    {
        fault = "";
        if (text.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            string path = text[UnixPrefix.Length..].Trim('"');
            fault = path.Length > 0 ? "" : $"Couldn't process address <{text}> from hidden service configuration";
            return path.Length > 0 ? new UnixDomainSocketEndPoint(path) : null;
        }

        if (text.AsSpan().ContainsAny(' ', '\t'))
        {
            fault = "HiddenServicePort parse error: invalid port mapping";
            return null;
        }

        if (!text.Contains(':') && !text.Contains('.'))
        {
            if (text.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            {
                return new IPEndPoint(IPAddress.Loopback, port);
            }

            fault = TryReadPort(text, out ushort own) ? "" : $"Unparseable or out-of-range port \"{text}\" in hidden service port configuration.";
            return fault.Length == 0 ? new IPEndPoint(IPAddress.Loopback, own) : null;
        }

        IPEndPoint? target = ReadAddress(text, port);
        fault = target is null ? "Unparseable address in hidden service port configuration." : "";
        return target;
    }

    /// <summary>An address in numbers, IPv6 in brackets, or localhost; with a port or without.</summary>
    private static IPEndPoint? ReadAddress(string text, ushort port)
    {
        int colon = text.LastIndexOf(':');
        bool hasPort = colon > 0 && colon > text.LastIndexOf(']');
        string host = hasPort ? text[..colon] : text;
        if (hasPort && !TryReadPort(text[(colon + 1)..], out port))
        {
            return null;
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        bool isWhole = isBracketed ? host.Contains(':') : host.Count(character => character == '.') == 3; // not 127.1, which IPAddress takes too
        return isWhole && IPAddress.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? address) ? new IPEndPoint(address, port) : null;
    }

    private static bool TryReadPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;
}
