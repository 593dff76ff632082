using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Links;

/// <summary>Who an initiator wants to reach. What is null or zero is not checked: a bridge may be known by its address only,
/// an authority by its fingerprint only.</summary>
public sealed record ExpectedPeer(RsaIdentity? RsaIdentity = null, Ed25519Identity? Ed25519Identity = null)
{
    /// <summary>Anybody.</summary>
    public static ExpectedPeer Anyone { get; } = new();

    /// <summary>Compares with who answered. An identity that was not expected is no fault.</summary>
    public IdentityCheck Check(PeerIdentity peer)
    {
        if (RsaIdentity is { IsZero: false } rsa && rsa != peer.RsaIdentity)
        {
            return IdentityCheck.RsaDiffers;
        }

        return Ed25519Identity is { IsZero: false } ed25519 && ed25519 != peer.Ed25519Identity
            ? IdentityCheck.Ed25519Differs
            : IdentityCheck.AsExpected;
    }
}
