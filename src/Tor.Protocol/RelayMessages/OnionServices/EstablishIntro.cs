using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>
/// ESTABLISH_INTRO: a service asks a relay to be its introduction point (rend-spec-v3, "Registering an introduction point"; stock
/// hs_cell_build_establish_intro, verify_establish_intro_cell).
/// </summary>
/// <remarks>The MAC ties it to one circuit, the signature to the key by which clients will ask for the service.</remarks>
public sealed class EstablishIntro
{
    private const int SignatureOverhead = sizeof(ushort) + Ed25519.SignatureLength;

    private readonly byte[] _body; // without what follows the signature

    private EstablishIntro(byte[] body, Ed25519Identity authenticationKey, MessageExtensions extensions)
    {
        _body = body;
        AuthenticationKey = authenticationKey;
        Extensions = extensions;
    }

    /// <summary>AUTH_KEY: the service's key at this introduction point.</summary>
    public Ed25519Identity AuthenticationKey { get; }

    /// <summary>See <see cref="IntroductionLimits"/>.</summary>
    public MessageExtensions Extensions { get; }

    private static ReadOnlySpan<byte> SignaturePrefix => "Tor establish-intro cell v1"u8;

    private ReadOnlySpan<byte> Authenticated => _body.AsSpan(0, _body.Length - SignatureOverhead - OnionServiceMac.Length);

    private ReadOnlySpan<byte> Mac => _body.AsSpan(Authenticated.Length, OnionServiceMac.Length);

    private ReadOnlySpan<byte> Signature => _body.AsSpan(_body.Length - Ed25519.SignatureLength);

    /// <summary>Makes the message for one circuit.</summary>
    /// <param name="key">The service's key at this introduction point.</param>
    /// <param name="extensions">What else to ask for.</param>
    /// <param name="nonce">KH of the circuit's last hop (<see cref="HopCiphers.Nonce"/>): 20 bytes.</param>
    public static EstablishIntro Create(Ed25519PrivateKey key, MessageExtensions extensions, ReadOnlySpan<byte> nonce)
    {
        var body = new byte[AuthenticationKeyField.EncodedLength + extensions.EncodedLength + OnionServiceMac.Length + SignatureOverhead];
        var writer = new ByteWriter(body);
        AuthenticationKeyField.Write(ref writer, key.PublicKey);
        extensions.Write(ref writer);
        OnionServiceMac.Compute(nonce, body.AsSpan(0, writer.Length), default, writer.Take(OnionServiceMac.Length));
        byte[] signed = [.. SignaturePrefix, .. writer.Written];
        writer.WriteUInt16(Ed25519.SignatureLength);
        key.Sign(signed, writer.Take(Ed25519.SignatureLength));
        return new EstablishIntro(body, key.PublicKey, extensions);
    }

    /// <summary>Reads the body; what follows the signature is ignored. Neither MAC nor signature is checked: see <see cref="Verify"/>.</summary>
    /// <exception cref="MalformedMessageException">A field is cut off, or a key or signature is not of Ed25519.</exception>
    public static EstablishIntro Decode(ReadOnlySpan<byte> body)
    {
        var reader = new ByteReader(body);
        Ed25519Identity key = AuthenticationKeyField.Read(ref reader);
        MessageExtensions extensions = MessageExtensions.Read(ref reader);
        reader.ReadBytes(OnionServiceMac.Length);
        int signatureLength = reader.ReadUInt16();
        if (signatureLength != Ed25519.SignatureLength)
        {
            throw new MalformedMessageException($"a signature of {signatureLength} bytes");
        }

        reader.ReadBytes(signatureLength);
        return new EstablishIntro(body[..^reader.Remaining].ToArray(), key, extensions);
    }

    /// <summary>Whether it was made for this circuit by the holder of the key.</summary>
    /// <param name="nonce">KH of the circuit: 20 bytes.</param>
    public bool Verify(ReadOnlySpan<byte> nonce)
    {
        Span<byte> mac = stackalloc byte[OnionServiceMac.Length];
        OnionServiceMac.Compute(nonce, Authenticated, default, mac);
        byte[] signed = [.. SignaturePrefix, .. Authenticated, .. Mac];
        return CryptographicOperations.FixedTimeEquals(mac, Mac) && Ed25519.Verify(AuthenticationKey.ToArray(), signed, Signature);
    }

    /// <summary>The body as a new array.</summary>
    public byte[] Encode() => _body.AsSpan().ToArray();
}
