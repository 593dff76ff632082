using System.Collections.Frozen;
using System.Net;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.Paths;

/// <summary>One relay of a <see cref="NetworkView"/>: its consensus entry joined with its microdescriptor, if we have it.</summary>
/// <remarks>Immutable; belongs to one view. Compare relays of different views by <see cref="RsaIdentity"/>.</remarks>
public sealed class Relay
{
    private static readonly FrozenSet<string> NoTokens = FrozenSet<string>.Empty;

    private readonly FrozenSet<string> _family;
    private readonly FrozenSet<string> _familyIds;

    internal Relay(int index, RouterStatus status, Microdescriptor? microdescriptor)
    {
        Index = index;
        Status = status;
        Microdescriptor = microdescriptor;
        IPv6Address = status.AdditionalAddresses.FirstOrDefault(end => AddressText.IsIPv6(end.Address));
        SupportsExtend2 = status.Protocols.Versions.TryGetValue("Relay", out ulong versions) && versions >> 2 != 0;
        _family = microdescriptor is { Family.Count: > 0 } ? FamilyToken.Canonicalize(microdescriptor.Family) : NoTokens;
        _familyIds = microdescriptor is { FamilyIds.Count: > 0 } ? microdescriptor.FamilyIds.ToFrozenSet(StringComparer.Ordinal) : NoTokens;
        FamilyKey = FamilyToken.ForIdentity(status.Identity);
        NicknameKey = FamilyToken.ForNickname(status.Nickname);
    }

    /// <summary>Position in <see cref="NetworkView.Relays"/>.</summary>
    public int Index { get; }

    /// <summary>The consensus entry.</summary>
    public RouterStatus Status { get; }

    /// <summary>The microdescriptor the consensus names, null while it is missing.</summary>
    public Microdescriptor? Microdescriptor { get; }

    /// <summary>The RSA fingerprint.</summary>
    public RsaIdentity RsaIdentity => Status.Identity;

    /// <summary>The Ed25519 identity; zero while unknown, and when the authorities do not agree on it.</summary>
    public Ed25519Identity Ed25519Identity =>
        Microdescriptor is null || Has(RelayFlags.NoEdConsensus) ? default : Microdescriptor.Ed25519Identity;

    /// <summary>The ntor key, 32 bytes; empty while unknown.</summary>
    public ReadOnlyMemory<byte> NtorOnionKey => Microdescriptor?.NtorOnionKey ?? default;

    /// <summary>The flags of the consensus.</summary>
    public RelayFlags Flags => Status.Flags;

    /// <summary>Where the relay accepts channels over IPv4.</summary>
    public IPEndPoint IPv4Address => Status.Address;

    /// <summary>Where the relay accepts channels over IPv6; null when it does not.</summary>
    public IPEndPoint? IPv6Address { get; }

    /// <summary>The consensus lets us use it at all: Running, Valid, and able to extend with EXTEND2.</summary>
    public bool IsListedForUse => Has(RelayFlags.Running | RelayFlags.Valid) && SupportsExtend2;

    /// <summary><see cref="IsListedForUse"/>, and its microdescriptor with an ntor key is here: it can be a hop of a circuit.</summary>
    public bool IsUsable => IsListedForUse && !NtorOnionKey.IsEmpty;

    /// <summary>Has the Guard flag and is not restricted to the middle.</summary>
    public bool MayBeGuard => Has(RelayFlags.Guard) && !Has(RelayFlags.MiddleOnly);

    /// <summary>Belongs to GUARDS of guard-spec ("The guards listed in the current consensus"): good for every purpose we have.</summary>
    public bool IsGuardCandidate =>
        MayBeGuard && Has(RelayFlags.Stable | RelayFlags.Fast | RelayFlags.V2Dir | RelayFlags.Valid);

    /// <summary>Exit traffic may be sent through it if its policy agrees: neither BadExit nor MiddleOnly.</summary>
    public bool MayBeExit => (Flags & (RelayFlags.BadExit | RelayFlags.MiddleOnly)) == 0;

    /// <summary>Counts as an exit for bandwidth weights: Exit and not BadExit.</summary>
    public bool IsWeightedAsExit => Has(RelayFlags.Exit) && !Has(RelayFlags.BadExit);

    /// <summary>May serve onion services as directory, introduction point or rendezvous point.</summary>
    public bool MayServeOnionServices => !Has(RelayFlags.MiddleOnly);

    /// <summary>Lists some version of Relay from 2 on.</summary>
    public bool SupportsExtend2 { get; }

    /// <summary>The canonical form under which others list this relay in their family.</summary>
    internal string FamilyKey { get; }

    internal string NicknameKey { get; }

    /// <summary>Whether all of the given flags are set.</summary>
    public bool Has(RelayFlags flags) => (Flags & flags) == flags;

    /// <summary>Whether its microdescriptor takes <paramref name="port"/>; false without one. Only the policy is asked, not the flags.</summary>
    public bool Accepts(ExitPort port)
    {
        if (Microdescriptor is null)
        {
            return false;
        }

        ExitPolicySummary policy = port.Family == ExitAddressFamily.IPv6 ? Microdescriptor.ExitPolicyV6 : Microdescriptor.ExitPolicy;
        return port.Port == 0 ? !RejectsAll(policy) : policy.Accepts(port.Port);
    }

    /// <summary>True when both policies reject every port, and without a microdescriptor.</summary>
    public bool RejectsEveryPort =>
        Microdescriptor is null || (RejectsAll(Microdescriptor.ExitPolicy) && RejectsAll(Microdescriptor.ExitPolicyV6));

    /// <summary>Whether its family line names <paramref name="other"/>, which alone means nothing: see <see cref="FamilyRules"/>.</summary>
    public bool ListsInFamily(Relay other) => _family.Contains(other.FamilyKey) || _family.Contains(other.NicknameKey);

    /// <summary>Whether both publish a common family id (happy families, proposal 321).</summary>
    public bool SharesFamilyId(Relay other) => _familyIds.Count > 0 && _familyIds.Overlaps(other._familyIds);

    /// <summary>The fingerprint with a dollar sign.</summary>
    public override string ToString() => FamilyKey;

    private static bool RejectsAll(ExitPolicySummary policy) => policy.IsAccept ? policy.Ports.Count == 0 : policy.RejectsEverything;
}
