using System.Buffers.Binary;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>
/// The public key under which directories know a service for one time period (rend-spec-v3, appendix A). Whoever has the address can
/// compute it; it does not tell the address.
/// </summary>
/// <param name="Key">The key. From a stranger it is some 32 bytes.</param>
public readonly record struct BlindedKey(Ed25519Identity Key)
{
    private const int TextLength = 43;

    private static ReadOnlySpan<byte> Label => "Derive temporary signing key\0"u8; // stock tor hashes the terminating zero too

    private static ReadOnlySpan<byte> BasePoint =>
        "(15112221349535400772501151409588531511454012693041857206046113283949847762202, 46316835694926478169428394003475163141307993866256225615783033603165251855960)"u8;

    /// <summary>The key of a service in a period.</summary>
    /// <param name="identity">The service's identity key.</param>
    /// <param name="period">The period.</param>
    /// <exception cref="ArgumentException">The identity is no point of the curve; that of an <see cref="OnionAddress"/> always is.</exception>
    public static BlindedKey Create(Ed25519Identity identity, TimePeriod period)
    {
        Span<byte> parameter = stackalloc byte[Ed25519Blinding.ParameterLength];
        GetParameter(identity, period, parameter);
        Span<byte> blinded = stackalloc byte[Ed25519Identity.Length];
        Ed25519Blinding.BlindPublicKey(identity.ToArray(), parameter, blinded);
        return new BlindedKey(new Ed25519Identity(blinded));
    }

    /// <summary>Reads the name of a descriptor as it stands in a request to a directory: 43 characters of base64.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out BlindedKey key)
    {
        Ed25519Identity identity = default;
        bool good = text.Length == TextLength && FieldText.TryParseEd25519(text, out identity);
        key = new BlindedKey(identity);
        return good;
    }

    /// <summary>43 characters of base64: what stands in requests and in control port events.</summary>
    public override string ToString() => Key.ToBase64();

    /// <summary>What an identity is blinded with: hash of the key and of "key-blind", number and length of the period.</summary>
    internal static void GetParameter(Ed25519Identity identity, TimePeriod period, Span<byte> parameter)
    {
        Span<byte> times = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(times, period.Number);
        BinaryPrimitives.WriteUInt64BigEndian(times[sizeof(ulong)..], period.LengthMinutes);
        Sha3.Hash256([.. Label, .. identity.ToArray(), .. BasePoint, .. "key-blind"u8, .. times], parameter);
    }
}
