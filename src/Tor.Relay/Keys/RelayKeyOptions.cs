using Tunic.Primitives.Keys;

namespace Tunic.Tor.Relay.Keys;

/// <summary>Where a relay's keys are and how long they last. Read once at start.</summary>
public sealed record RelayKeyOptions
{
    /// <summary>Folder of the key files within the store. Default "keys" (torrc: KeyDirectory).</summary>
    public string Folder { get; init; } = "keys";

    /// <summary>The Ed25519 identity's secret is kept elsewhere: never look for it, never make one. Default false (torrc: OfflineMasterKey).</summary>
    public bool HasOfflineMasterKey { get; init; }

    /// <summary>Lifetime of a signing key. Default 30 days (torrc: SigningKeyLifetime).</summary>
    public TimeSpan SigningKeyLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long before its end a signing key is replaced. Default 1 day (torrc: TestingSigningKeySlop).</summary>
    public TimeSpan SigningKeySlop { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long before its end an authentication key is replaced. Default 3 hours (torrc: TestingAuthKeySlop).</summary>
    public TimeSpan AuthenticationKeySlop { get; init; } = TimeSpan.FromHours(3);

    /// <summary>How long one TLS key is shown to new connections. Default 2 hours, as in stock tor.</summary>
    public TimeSpan TlsKeyLifetime { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Families that the relay is in, each with a key file; empty for none (torrc: FamilyId).</summary>
    public IReadOnlyList<Ed25519Identity> FamilyIds { get; init; } = [];

    /// <summary>Every family key found counts, whether or not it is in <see cref="FamilyIds"/>. Default false (torrc: FamilyId *).</summary>
    public bool AcceptsAnyFamily { get; init; }

    /// <summary>Folder of the family key files within the store. Default "keys" (torrc: FamilyKeyDirectory).</summary>
    public string FamilyFolder { get; init; } = "keys";
}
