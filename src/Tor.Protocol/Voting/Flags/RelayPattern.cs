using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>A set of relays as options name it: "*", fingerprints, nicknames, addresses, parted by commas (stock tor's routerset).</summary>
/// <remarks>Country codes are not supported, since an authority of ours has no such table.</remarks>
public sealed class RelayPattern
{
    private readonly HashSet<RsaIdentity> _identities = [];
    private readonly HashSet<string> _nicknames = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<AddressPattern> _addresses = [];
    private bool _all;

    /// <summary>No relay.</summary>
    public static RelayPattern None { get; } = new();

    /// <summary>Every relay.</summary>
    public static RelayPattern All { get; } = new() { _all = true };

    /// <summary>Reads the list; false when an entry is none of the four.</summary>
    public static bool TryParse(string text, out RelayPattern pattern)
    {
        pattern = new RelayPattern();
        foreach (string entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!pattern.TryAdd(entry))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the relay is in the set.</summary>
    public bool Contains(RsaIdentity identity, string nickname, IPAddress address) =>
        _all || _identities.Contains(identity) || _nicknames.Contains(nickname) || _addresses.Any(pattern => pattern.Contains(address));

    private bool TryAdd(string entry)
    {
        ReadOnlySpan<char> hex = entry.AsSpan(entry.StartsWith('$') ? 1 : 0);
        if (entry == "*")
        {
            _all = true;
        }
        else if (RsaIdentity.TryParseHex(hex, out RsaIdentity identity))
        {
            _identities.Add(identity);
        }
        else if (TryParseAddress(entry, out AddressPattern address))
        {
            _addresses.Add(address);
        }
        else if (entry.Length <= 19 && entry.All(char.IsAsciiLetterOrDigit))
        {
            _nicknames.Add(entry);
        }
        else
        {
            return false;
        }

        return true;
    }

    private static bool TryParseAddress(string entry, out AddressPattern pattern)
    {
        pattern = default;
        int slash = entry.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? entry : entry[..slash];
        if (!host.AsSpan().ContainsAny('.', ':') || !IPAddress.TryParse(host, out IPAddress? address))
        {
            return false;
        }

        int bits = address.GetAddressBytes().Length * 8;
        int prefix = bits;
        if (slash >= 0 && (!int.TryParse(entry.AsSpan(slash + 1), out prefix) || prefix < 0 || prefix > bits))
        {
            return false;
        }

        pattern = new AddressPattern(address, prefix);
        return true;
    }
}
