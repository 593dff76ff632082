using System.Globalization;
using System.Net;

namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>What resolv.conf says (resolv.conf(5)). Lines that cannot be read are passed over, as the system does.</summary>
internal sealed record ResolvConf
{
    private const int Port = 53;
    private const int MaxServers = 8;
    private const int MaxDomains = 6;
    private const int MaxTimeoutSeconds = 30;
    private const int MaxAttempts = 5;
    private const int MaxDots = 15;

    private static readonly char[] _blanks = [' ', '\t', '\r'];

    /// <summary>Whom to ask, in this order; at least one, the machine itself where the file names none.</summary>
    internal IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, Port)];

    /// <summary>Domains in which short names are looked for.</summary>
    internal IReadOnlyList<string> SearchDomains { get; init; } = [];

    /// <summary>Dots from which on a name is first tried as it is. Default 1.</summary>
    internal int Dots { get; init; } = 1;

    /// <summary>Time for one server to answer. Default 5 s.</summary>
    internal TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all servers are asked. Default 2.</summary>
    internal int Attempts { get; init; } = 2;

    /// <summary>Reads the text of a file.</summary>
    internal static ResolvConf Parse(string text)
    {
        var conf = new ResolvConf();
        var servers = new List<IPEndPoint>();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(_blanks, StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", string server, ..] when servers.Count < MaxServers && ParseServer(server) is { } address:
                    servers.Add(address);
                    break;
                case ["search" or "domain", .. { Length: > 0 } domains]: // the last one holds
                    conf = conf with { SearchDomains = [.. domains.Take(MaxDomains).Select(domain => domain.Trim('.')).Where(domain => domain.Length > 0)] };
                    break;
                case ["options", .. string[] options]:
                    conf = options.Aggregate(conf, (current, option) => current.With(option));
                    break;
            }
        }

        return servers.Count > 0 ? conf with { Servers = servers } : conf;
    }

    /// <summary>The names to ask for, in turn, when somebody asks for one.</summary>
    internal IReadOnlyList<string> Candidates(string name)
    {
        if (name.EndsWith('.') || SearchDomains.Count == 0)
        {
            return [name.TrimEnd('.')];
        }

        IEnumerable<string> searched = SearchDomains.Select(domain => $"{name}.{domain}");
        return name.Count(character => character == '.') >= Dots ? [name, .. searched] : [.. searched, name];
    }

    /// <summary>An address, or as an extension of ours and of libevent an address with a port: 192.0.2.1:5353, [2001:db8::1]:5353.</summary>
    private static IPEndPoint? ParseServer(string text)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return new IPEndPoint(address, Port);
        }

        return IPEndPoint.TryParse(text, out IPEndPoint? server) && server.Port > 0 ? server : null;
    }

    private ResolvConf With(string option)
    {
        string[] parts = option.Split(':');
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
        {
            return this;
        }

        return parts[0] switch
        {
            "ndots" => this with { Dots = Math.Min(value, MaxDots) },
            "timeout" => this with { Timeout = TimeSpan.FromSeconds(Math.Clamp(value, 1, MaxTimeoutSeconds)) },
            "attempts" => this with { Attempts = Math.Clamp(value, 1, MaxAttempts) },
            _ => this,
        };
    }
}
