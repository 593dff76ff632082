using System.Net;
using System.Net.Sockets;

namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>The names of a hosts file (hosts(5)): of each name the first address of either family.</summary>
internal sealed class HostsTable
{
    private static readonly char[] _blanks = [' ', '\t', '\r'];

    private readonly Dictionary<string, NameAnswer> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the text of a file; lines that cannot be read are passed over.</summary>
    internal static HostsTable Parse(string text)
    {
        var table = new HostsTable();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split(_blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && IPAddress.TryParse(words[0], out IPAddress? address))
            {
                foreach (string name in words.Skip(1))
                {
                    table.Add(name.TrimEnd('.'), address);
                }
            }
        }

        return table;
    }

    /// <summary>The addresses of a name; null when the file does not name it.</summary>
    internal NameAnswer? Find(string name) => _names.GetValueOrDefault(name.TrimEnd('.'));

    private void Add(string name, IPAddress address)
    {
        NameAnswer known = _names.GetValueOrDefault(name, NameAnswer.NotFound);
        _names[name] = address.AddressFamily == AddressFamily.InterNetwork
            ? known with { IPv4 = known.IPv4 ?? address }
            : known with { IPv6 = known.IPv6 ?? address };
    }
}
