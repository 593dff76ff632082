using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>What came of checking a consensus' signatures.</summary>
public sealed record ConsensusVerification
{
    /// <summary>How many trusted authorities must have signed: more than half of those configured.</summary>
    public required int Required { get; init; }

    /// <summary>Trusted authorities with a good signature.</summary>
    public required IReadOnlyList<RsaIdentity> Good { get; init; }

    /// <summary>Trusted authorities whose signature does not hold, with the certificate at hand.</summary>
    public required IReadOnlyList<RsaIdentity> Bad { get; init; }

    /// <summary>Signers that are not trusted; their signatures were not looked at.</summary>
    public required IReadOnlyList<RsaIdentity> Unrecognized { get; init; }

    /// <summary>Certificates of trusted signers that are absent or expired: fetch these.</summary>
    public required IReadOnlyList<AuthorityKeyId> MissingCertificates { get; init; }

    /// <summary>Whether enough trusted authorities signed. Says nothing of validity times.</summary>
    public bool IsAccepted => Good.Count >= Required;

    /// <summary>Whether it would be accepted if every missing certificate turned out to be good: worth waiting for them.</summary>
    public bool CouldBeAccepted => Good.Count + MissingCertificates.Select(key => key.Identity).Distinct().Count(id => !Good.Contains(id)) >= Required;
}
