using System.Globalization;
using System.Net;
using Tunic.Primitives.Keys;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>A directory authority: DirAuthority [nickname] [flags] address:port fingerprint.</summary>
internal sealed record DirAuthorityLine
{
    internal string? Nickname { get; init; }

    /// <summary>IPv4 address and DirPort.</summary>
    internal required IPEndPoint DirEndpoint { get; init; }

    /// <summary>0 when the line names none.</summary>
    internal int OrPort { get; init; }

    internal IPEndPoint? Ipv6OrEndpoint { get; init; }

    /// <summary>Identity of its relay.</summary>
    internal required RsaIdentity Identity { get; init; }

    /// <summary>Identity of its authority key; null for one that signs no consensus (a bridge authority).</summary>
    internal RsaIdentity? V3Identity { get; init; }

    internal double Weight { get; init; } = 1;

    /// <exception cref="TorrcException">The line lacks something or is malformed; a flag that is not known is a warning only.</exception>
    internal static DirAuthorityLine Read(TorrcLine line, TorrcSettings settings)
    {
        var words = new Queue<string>(line.Value.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
        var authority = new DirAuthorityLine { DirEndpoint = new IPEndPoint(IPAddress.None, 0), Identity = default };
        if (words.TryPeek(out string? first) && TorrcChecks.IsNickname(first))
        {
            authority = authority with { Nickname = words.Dequeue() };
        }

        while (words.TryPeek(out string? flag) && !char.IsAsciiDigit(flag[0]))
        {
            authority = authority.WithFlag(words.Dequeue(), line, settings);
        }

        if (words.Count < 2)
        {
            throw Invalid("Too few arguments to DirAuthority line.", line);
        }

        string address = words.Dequeue();
        string fingerprint = string.Concat(words);
        if (!IPEndPoint.TryParse(address, out IPEndPoint? endpoint) || address.Split('.').Length != 4 || !address.Contains(':', StringComparison.Ordinal))
        {
            throw Invalid($"Error parsing DirAuthority address '{address}'.", line);
        }

        return endpoint.Port == 0 ? throw Invalid($"Missing port in DirAuthority address '{address}'", line)
            : fingerprint.Length != 2 * RsaIdentity.Length ? throw Invalid($"Key digest '{fingerprint}' for DirAuthority is wrong length {fingerprint.Length}.", line)
            : !RsaIdentity.TryParseHex(fingerprint, out RsaIdentity identity) ? throw Invalid("Unable to decode DirAuthority key digest.", line)
            : authority with { DirEndpoint = endpoint, Identity = identity };
    }

    private static TorrcException Invalid(string fault, TorrcLine line) =>
        TorrcException.Invalid($"Directory authority/fallback line did not parse: {fault}", line);

    private DirAuthorityLine WithFlag(string flag, TorrcLine line, TorrcSettings settings)
    {
        int equals = flag.IndexOf('=', StringComparison.Ordinal);
        string value = equals < 0 ? "" : flag[(equals + 1)..];
        switch ((equals < 0 ? flag : flag[..equals]).ToUpperInvariant())
        {
            case "ORPORT" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65_535:
                return this with { OrPort = port };
            case "V3IDENT" when RsaIdentity.TryParseHex(value, out RsaIdentity identity):
                return this with { V3Identity = identity };
            case "WEIGHT" when TorrcValue.TryReadReal(value, out double weight, out _) && weight >= 0:
                return this with { Weight = weight };
            case "IPV6":
                return IPEndPoint.TryParse(value, out IPEndPoint? endpoint) && value.StartsWith('[')
                    ? this with { Ipv6OrEndpoint = endpoint }
                    : throw Invalid($"Bad ipv6 addr/port \"{flag}\" on DirAuthority line", line);
            case "NO-V2" or "BRIDGE" or "UPLOAD" or "DOWNLOAD" or "VOTE":
                return this;
            default:
                settings.Warn($"Unrecognized flag '{flag}' on DirAuthority line", line);
                return this;
        }
    }
}
