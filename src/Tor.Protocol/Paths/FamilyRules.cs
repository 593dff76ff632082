using System.Net;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>Says which relays are so close to each other that they must not share a circuit (path-spec, "Path selection and constraints").</summary>
public sealed record FamilyRules
{
    private const int IPv4SubnetBits = 16;
    private const int IPv6SubnetBits = 32;

    /// <summary>Relays in one IPv4 /16 or one IPv6 /32 are one family. Default true; off in test networks (<c>EnforceDistinctSubnets</c>).</summary>
    public bool EnforceDistinctSubnets { get; init; } = true;

    /// <summary>Relays that name each other in <c>family</c> lines are one family. Default true (parameter <c>use-family-lists</c>).</summary>
    public bool UseFamilyLists { get; init; } = true;

    /// <summary>Relays with a common <c>family-ids</c> entry are one family. Default true (parameter <c>use-family-ids</c>).</summary>
    public bool UseFamilyIds { get; init; } = true;

    /// <summary>Families that the operator declares (<c>NodeFamily</c>): each set is one family. Default none.</summary>
    public IReadOnlyList<RelaySet> LocalFamilies { get; init; } = [];

    /// <summary>These rules with the two parameters of a consensus.</summary>
    public FamilyRules WithParametersOf(Consensus consensus) => this with
    {
        UseFamilyLists = ConsensusParameter.Read(consensus.Parameters, "use-family-lists", 1, 0, 1) == 1,
        UseFamilyIds = ConsensusParameter.Read(consensus.Parameters, "use-family-ids", 1, 0, 1) == 1,
    };

    /// <summary>Whether both may stand in one circuit: two relays, and no family in common.</summary>
    public bool MayShareCircuit(Relay left, Relay right) => left.RsaIdentity != right.RsaIdentity && !AreRelated(left, right);

    /// <summary>Whether a rule makes them one family. A family line counts only when both sides have it, or a relay could exclude others.</summary>
    public bool AreRelated(Relay left, Relay right) =>
        (EnforceDistinctSubnets && ShareSubnet(left, right))
        || (UseFamilyLists && left.ListsInFamily(right) && right.ListsInFamily(left))
        || (UseFamilyIds && left.SharesFamilyId(right))
        || ShareLocalFamily(left, right);

    /// <summary>Whether two addresses of one kind lie in one IPv4 /16 or one IPv6 /32. The unspecified address lies nowhere.</summary>
    public static bool AreInOneSubnet(IPAddress left, IPAddress right)
    {
        Span<byte> leftBytes = stackalloc byte[16];
        Span<byte> rightBytes = stackalloc byte[16];
        if (!left.TryWriteBytes(leftBytes, out int leftLength) || !right.TryWriteBytes(rightBytes, out int rightLength) || leftLength != rightLength)
        {
            return false;
        }

        leftBytes = leftBytes[..leftLength];
        rightBytes = rightBytes[..rightLength];
        return leftBytes.ContainsAnyExcept((byte)0)
            && rightBytes.ContainsAnyExcept((byte)0)
            && AddressText.ShareBits(leftBytes, rightBytes, leftLength == 4 ? IPv4SubnetBits : IPv6SubnetBits);
    }

    private static bool ShareSubnet(Relay left, Relay right) =>
        AreInOneSubnet(left.IPv4Address.Address, right.IPv4Address.Address)
        || (left.IPv6Address is { } leftEnd && right.IPv6Address is { } rightEnd && AreInOneSubnet(leftEnd.Address, rightEnd.Address));

    private bool ShareLocalFamily(Relay left, Relay right)
    {
        foreach (RelaySet family in LocalFamilies)
        {
            if (family.Contains(left) && family.Contains(right))
            {
                return true;
            }
        }

        return false;
    }
}
