using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>Host and port as a program gave them to a proxy: checked, and safe to put into BEGIN.</summary>
public sealed record TargetAddress
{
    private const string OnionSuffix = ".onion";
    private const string ExitSuffix = ".exit";

    private TargetAddress(TargetKind kind, string host, IPAddress? address, ushort port)
    {
        Kind = kind;
        Host = host;
        Address = address;
        Port = port;
    }

    /// <summary>What <see cref="Host"/> is.</summary>
    public TargetKind Kind { get; }

    /// <summary>A name in lower case without dot at the end, or an IP address in its usual form, IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>The address, null for a name.</summary>
    public IPAddress? Address { get; }

    /// <summary>The port; 0 only where no port is needed, as for a name lookup.</summary>
    public ushort Port { get; }

    /// <summary>Whether the host is a name under .onion.</summary>
    public bool IsOnion => Kind == TargetKind.Onion;

    /// <summary>The label before ".onion" of an onion name, without subdomains; null for anything else.</summary>
    public string? OnionLabel => IsOnion ? Host[..^OnionSuffix.Length].Split('.')[^1] : null;

    /// <summary>A target given as an address.</summary>
    public static TargetAddress FromAddress(IPAddress address, ushort port) =>
        new(AddressText.IsIPv6(address) ? TargetKind.IPv6 : TargetKind.IPv4, new IPAddress(address.GetAddressBytes()).ToString(), address, port);

    /// <summary>Reads a host name, an IPv4 address, or an IPv6 address with or without brackets.</summary>
    /// <returns>False for anything that is not clearly one of these, and for names under .exit: they would let a web page choose our exit.</returns>
    public static bool TryParse(ReadOnlySpan<char> host, ushort port, [NotNullWhen(true)] out TargetAddress? target)
    {
        target = null;
        bool isBracketed = host is ['[', .., ']'];
        ReadOnlySpan<char> inner = isBracketed ? host[1..^1] : host;
        if (AddressText.TryParse(inner, out IPAddress? address))
        {
            target = !isBracketed || AddressText.IsIPv6(address) ? FromAddress(address, port) : null;
            return target is not null;
        }

        if (isBracketed || !HostName.TryNormalize(host, out string name))
        {
            return false;
        }

        if (name.EndsWith(ExitSuffix, StringComparison.Ordinal) || name is "exit" or "onion")
        {
            return false;
        }

        target = new TargetAddress(name.EndsWith(OnionSuffix, StringComparison.Ordinal) ? TargetKind.Onion : TargetKind.HostName, name, null, port);
        return true;
    }

    /// <summary>Reads "host:port" and "[IPv6]:port"; the port may be left out when there is a default.</summary>
    /// <param name="text">Host and port.</param>
    /// <param name="defaultPort">Port to assume; null when it must be given.</param>
    /// <param name="target">The target, or null.</param>
    public static bool TryParseAuthority(ReadOnlySpan<char> text, ushort? defaultPort, [NotNullWhen(true)] out TargetAddress? target)
    {
        target = null;
        int colon = text.LastIndexOf(':');
        bool hasPort = colon >= 0 && !text[colon..].Contains(']');
        ReadOnlySpan<char> host = hasPort ? text[..colon] : text;
        ushort port = defaultPort ?? 0;
        if (host.Contains(':') && host is not ['[', .., ']'])
        {
            return false;
        }

        bool isPortGood = hasPort
            ? text[(colon + 1)..] is { Length: <= 5 } number && ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            : defaultPort is not null;
        return isPortGood && port != 0 && TryParse(host, port, out target);
    }

    /// <summary>"host:port", IPv6 in brackets: the form of BEGIN.</summary>
    public override string ToString() => Kind == TargetKind.IPv6 ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
