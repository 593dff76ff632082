using System.Security.Cryptography;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The network that liveness messages belong to (docs/spec/liveness.md). Immutable. Who may speak in it says the <see cref="LivenessConsensus"/>.</summary>
public sealed class LivenessNetwork
{
    /// <summary>A network.</summary>
    /// <param name="authorities">v3 identities of all authorities, in any order.</param>
    /// <exception cref="ArgumentException">There are no authorities.</exception>
    public LivenessNetwork(IReadOnlyCollection<RsaIdentity> authorities)
    {
        if (authorities.Count == 0)
        {
            throw new ArgumentException("needs authorities", nameof(authorities));
        }

        byte[] text = [.. "Tunic network 1"u8, .. authorities.Order().SelectMany(identity => identity.ToArray())];
        Id = new Digest256(SHA256.HashData(text));
        AuthorityCount = authorities.Count;
    }

    /// <summary>Binds messages to the network.</summary>
    public Digest256 Id { get; }

    /// <summary>How many authorities there are; more than half must agree.</summary>
    public int AuthorityCount { get; }
}
