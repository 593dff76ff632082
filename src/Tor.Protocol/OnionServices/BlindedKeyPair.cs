using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>A service's key pair for one time period. Dispose wipes the secret.</summary>
public sealed class BlindedKeyPair : IDisposable
{
    private BlindedKeyPair(Ed25519PrivateKey privateKey, TimePeriod period)
    {
        PrivateKey = privateKey;
        Period = period;
        PublicKey = new BlindedKey(privateKey.PublicKey);
    }

    /// <summary>The period.</summary>
    public TimePeriod Period { get; }

    /// <summary>The public half.</summary>
    public BlindedKey PublicKey { get; }

    /// <summary>What certifies the keys that sign descriptors. Belongs to this object.</summary>
    public Ed25519PrivateKey PrivateKey { get; }

    /// <summary>Blinds an identity key.</summary>
    /// <param name="identity">The service's identity; stays the caller's.</param>
    /// <param name="period">The period.</param>
    public static BlindedKeyPair Create(Ed25519PrivateKey identity, TimePeriod period)
    {
        Span<byte> parameter = stackalloc byte[Ed25519Blinding.ParameterLength];
        BlindedKey.GetParameter(identity.PublicKey, period, parameter);
        Span<byte> blinded = stackalloc byte[Ed25519.ExpandedKeyLength];
        byte[] expanded = identity.ExportExpanded();
        Ed25519Blinding.BlindExpandedKey(expanded, parameter, blinded);
        var pair = new BlindedKeyPair(Ed25519PrivateKey.FromExpanded(blinded), period);
        CryptographicOperations.ZeroMemory(expanded);
        CryptographicOperations.ZeroMemory(blinded);
        return pair;
    }

    /// <inheritdoc/>
    public void Dispose() => PrivateKey.Dispose();
}
