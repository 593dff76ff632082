using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>A set of relays as an operator writes it: fingerprints, nicknames, networks and country codes (tor manual, "ExcludeNodes").</summary>
/// <remarks>Immutable. Nicknames are not unique: anybody can take one.</remarks>
public sealed record RelaySet
{
    /// <summary>Relays named by RSA fingerprint.</summary>
    public FrozenSet<RsaIdentity> Identities { get; init; } = FrozenSet<RsaIdentity>.Empty;

    /// <summary>Nicknames in lower case.</summary>
    public FrozenSet<string> Nicknames { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Networks, compared with the IPv4 and the IPv6 address of a relay.</summary>
    public IReadOnlyList<AddressPattern> Networks { get; init; } = [];

    /// <summary>Two-letter country codes in lower case; they match nothing without <see cref="CountryOf"/>.</summary>
    public FrozenSet<string> Countries { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Looks up the country of an address, null when unknown. Null when there is no geographic data.</summary>
    public Func<IPAddress, string?>? CountryOf { get; init; }

    /// <summary>"*": every relay is a member.</summary>
    public bool IsEverything { get; init; }

    /// <summary>Reads a comma-separated list of "$HEX", "HEX", nickname, "192.0.2.0/24", "[2001:db8::]/32", "{cc}" and "*".</summary>
    /// <param name="text">The list; blanks around items and empty items are skipped.</param>
    /// <param name="set">The set, or null.</param>
    /// <param name="badItem">The first item that is none of these.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RelaySet? set, [NotNullWhen(false)] out string? badItem)
    {
        set = null;
        badItem = null;
        var items = new Items();
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!items.TryAdd(item))
            {
                badItem = item;
                return false;
            }
        }

        set = new RelaySet
        {
            Identities = items.Identities.ToFrozenSet(),
            Nicknames = items.Nicknames.ToFrozenSet(StringComparer.Ordinal),
            Networks = items.Networks,
            Countries = items.Countries.ToFrozenSet(StringComparer.Ordinal),
            IsEverything = items.IsEverything,
        };
        return true;
    }

    /// <summary>Whether the relay is a member for any of the reasons above.</summary>
    public bool Contains(Relay relay) =>
        IsEverything
        || Identities.Contains(relay.RsaIdentity)
        || Nicknames.Contains(relay.NicknameKey)
        || ContainsAddress(relay.IPv4Address.Address)
        || (relay.IPv6Address is { } end && ContainsAddress(end.Address));

    private bool ContainsAddress(IPAddress address)
    {
        foreach (AddressPattern network in Networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return Countries.Count > 0 && CountryOf?.Invoke(address) is { } country && Countries.Contains(country.ToLowerInvariant());
    }

    private sealed class Items
    {
        public HashSet<RsaIdentity> Identities { get; } = [];

        public HashSet<string> Nicknames { get; } = new(StringComparer.Ordinal);

        public List<AddressPattern> Networks { get; } = [];

        public HashSet<string> Countries { get; } = new(StringComparer.Ordinal);

        public bool IsEverything { get; private set; }

        public bool TryAdd(string item)
        {
            if (FamilyToken.TryParseFingerprint(item, out RsaIdentity identity))
            {
                Identities.Add(identity);
            }
            else if (FamilyToken.IsNickname(item))
            {
                Nicknames.Add(FamilyToken.ForNickname(item));
            }
            else if (item is ['{', _, _, '}'])
            {
                Countries.Add(item[1..3].ToLowerInvariant());
            }
            else if (item == "*")
            {
                IsEverything = true;
            }
            else if (TryParseNetwork(item, out AddressPattern network))
            {
                Networks.Add(network);
            }
            else
            {
                return false;
            }

            return true;
        }

        private static bool TryParseNetwork(ReadOnlySpan<char> text, out AddressPattern network)
        {
            network = default;
            int slash = text.IndexOf('/');
            ReadOnlySpan<char> address = slash < 0 ? text : text[..slash];
            if (address is ['[', .. var inner, ']'])
            {
                address = inner;
            }

            if (!AddressText.TryParse(address, out IPAddress? parsed))
            {
                return false;
            }

            int bits = AddressText.IsIPv6(parsed) ? 128 : 32;
            int length = bits;
            if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
            {
                return false;
            }

            network = new AddressPattern(parsed, length);
            return true;
        }
    }
}
