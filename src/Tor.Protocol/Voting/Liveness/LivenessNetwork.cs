using System.Security.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The network that liveness messages belong to, and who may speak (docs/spec/liveness.md). Immutable.</summary>
public sealed class LivenessNetwork
{
    /// <summary>A network.</summary>
    /// <param name="authorities">v3 identities of all authorities, in any order.</param>
    /// <param name="speakers">Ed25519 identities of the authorities' relays. An authority without one never counts, but is counted.</param>
    /// <exception cref="ArgumentException">There are no authorities, or more speakers than authorities.</exception>
    public LivenessNetwork(IReadOnlyCollection<RsaIdentity> authorities, IReadOnlyCollection<Ed25519Identity> speakers)
    {
        if (authorities.Count == 0 || speakers.Count > authorities.Count)
        {
            throw new ArgumentException("needs authorities, and not more speakers than these", nameof(authorities));
        }

        byte[] text = [.. "Tunic network 1"u8, .. authorities.Order().SelectMany(identity => identity.ToArray())];
        Id = new Digest256(SHA256.HashData(text));
        AuthorityCount = authorities.Count;
        Speakers = speakers.ToHashSet();
    }

    /// <summary>Binds messages to the network.</summary>
    public Digest256 Id { get; }

    /// <summary>How many authorities there are; more than half must agree.</summary>
    public int AuthorityCount { get; }

    /// <summary>Ed25519 identities whose documents count.</summary>
    public IReadOnlySet<Ed25519Identity> Speakers { get; }
}
