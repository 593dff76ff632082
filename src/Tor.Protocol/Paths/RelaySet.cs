using System.Collections.Frozen;
using System.Net;
using Tunic.Primitives.Keys;

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
    public IReadOnlyList<AddressPrefix> Networks { get; init; } = [];

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
    public static bool TryParse(string text, out RelaySet? set, out string? badItem)
    {
        var identities = new HashSet<RsaIdentity>();
        var nicknames = new HashSet<string>(StringComparer.Ordinal);
        var networks = new List<AddressPrefix>();
        var countries = new HashSet<string>(StringComparer.Ordinal);
        bool isEverything = false;
        set = null;
        badItem = null;
        foreach (string item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (FamilyToken.TryParseFingerprint(item, out RsaIdentity identity))
            {
                identities.Add(identity);
            }
            else if (FamilyToken.IsNickname(item))
            {
                nicknames.Add(FamilyToken.ForNickname(item));
            }
            else if (item is ['{', _, _, '}'])
            {
                countries.Add(item[1..3].ToLowerInvariant());
            }
            else if (item == "*")
            {
                isEverything = true;
            }
            else if (AddressPrefix.TryParse(item, out AddressPrefix? network))
            {
                networks.Add(network!);
            }
            else
            {
                badItem = item;
                return false;
            }
        }

        set = new RelaySet
        {
            Identities = identities.ToFrozenSet(),
            Nicknames = nicknames.ToFrozenSet(StringComparer.Ordinal),
            Networks = networks,
            Countries = countries.ToFrozenSet(StringComparer.Ordinal),
            IsEverything = isEverything,
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
        foreach (AddressPrefix network in Networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return Countries.Count > 0 && CountryOf?.Invoke(address) is { } country && Countries.Contains(country.ToLowerInvariant());
    }
}
