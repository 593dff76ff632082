using System.Diagnostics.CodeAnalysis;

namespace Tunic.Tor.Protocol.OnionServices.Balancing;

/// <summary>
/// A service that stands behind Onionbalance: its introduction points are named in descriptors of another address too, and clients who come
/// from there use that address' subcredentials (proposal 307, hs_ob.c). Its file is <c>ob_config</c>.
/// </summary>
/// <param name="Masters">The addresses under which clients know the service; at least one.</param>
public sealed record BalancedInstance(IReadOnlyList<OnionAddress> Masters)
{
    /// <summary>Most addresses that are read from a file.</summary>
    public const int MaxMasters = 64;

    private const string Option = "MasterOnionAddress";

    /// <summary>Reads the file: lines "MasterOnionAddress (address).onion"; empty lines and comments with # are skipped.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="instance">The addresses, in the order of the file.</param>
    /// <returns>False for another option, an address that is malformed or lacks ".onion", none at all, or more than <see cref="MaxMasters"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out BalancedInstance? instance)
    {
        instance = null;
        List<OnionAddress> masters = [];
        foreach (ReadOnlySpan<char> whole in text.EnumerateLines())
        {
            int comment = whole.IndexOf('#');
            ReadOnlySpan<char> line = (comment < 0 ? whole : whole[..comment]).Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            int end = line.IndexOfAny(' ', '\t');
            if (end < 0
                || !line[..end].Equals(Option, StringComparison.OrdinalIgnoreCase)
                || !TryParseAddress(line[end..].Trim(), out OnionAddress address)
                || masters.Count == MaxMasters)
            {
                return false;
            }

            masters.Add(address);
        }

        instance = masters.Count == 0 ? null : new BalancedInstance(masters);
        return instance is not null;
    }

    /// <summary>
    /// All subcredentials with which an introduction may be encrypted, the likely ones first: of each master the current period's, the
    /// previous one's and the next one's, for the consensus of a client may be older or newer; then those of the service itself.
    /// </summary>
    /// <param name="current">The period of the consensus.</param>
    /// <param name="own">Those of the service's two descriptors.</param>
    public IReadOnlyList<Subcredential> GetSubcredentials(TimePeriod current, IEnumerable<Subcredential> own) =>
    [
        .. from period in (TimePeriod[])[current, current.Previous, current.Next]
           from master in Masters
           select PeriodCredential.Create(master, period).Subcredential,
        .. own,
    ];

    private static bool TryParseAddress(ReadOnlySpan<char> text, out OnionAddress address)
    {
        address = default;
        return text.EndsWith(OnionAddress.Suffix, StringComparison.Ordinal) && OnionAddress.TryParse(text, out address);
    }
}
