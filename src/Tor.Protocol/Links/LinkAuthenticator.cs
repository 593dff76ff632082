using System.Security.Cryptography;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Links;

/// <summary>The content of AUTHENTICATE, method 3 (tor-spec, "Link authentication type 3: Ed25519-SHA256-RFC5705"; proposal 244):
/// both ends compute it, the initiator signs it.</summary>
/// <remarks>Made for one link at the moment when the initiator answers the challenge.</remarks>
internal sealed record LinkAuthenticator
{
    /// <summary>Bytes that both ends know.</summary>
    public const int FixedLength = 8 + (8 * 32);

    /// <summary>Bytes in all: fixed part, random part, signature.</summary>
    public const int Length = FixedLength + RandomLength + Ed25519.SignatureLength;

    private const int RandomLength = 24;
    private const string ExporterLabel = "EXPORTER FOR TOR TLS CLIENT BINDING AUTH0003";

    /// <summary>CID: who connected.</summary>
    public required RsaPublicKey InitiatorRsaKey { get; init; }

    /// <summary>CID_ED.</summary>
    public required Ed25519Identity InitiatorIdentity { get; init; }

    /// <summary>SID: who answered.</summary>
    public required RsaPublicKey ResponderRsaKey { get; init; }

    /// <summary>SID_ED.</summary>
    public required Ed25519Identity ResponderIdentity { get; init; }

    /// <summary>SLOG: what the responder has sent, up to and including AUTH_CHALLENGE.</summary>
    public required Digest256 ResponderLog { get; init; }

    /// <summary>CLOG: what the initiator has sent before AUTHENTICATE.</summary>
    public required Digest256 InitiatorLog { get; init; }

    /// <summary>SCERT and TLSSECRETS.</summary>
    public required TlsBinding Tls { get; init; }

    /// <summary>Makes the cell's content.</summary>
    /// <exception cref="InvalidOperationException">The transport has no exporter.</exception>
    public Authenticate Sign(Ed25519PrivateKey authenticationKey, RandomSource random)
    {
        var body = new byte[Length];
        WriteFixed(body);
        random.Fill(body.AsSpan(FixedLength, RandomLength));
        authenticationKey.Sign(body.AsSpan(..^Ed25519.SignatureLength), body.AsSpan(^Ed25519.SignatureLength..));
        return new Authenticate(AuthenticationMethod.Ed25519Sha256Rfc5705, body);
    }

    /// <summary>Checks a peer's cell.</summary>
    /// <exception cref="ChannelProtocolException">Another method or length, a field that is not as computed here, or a wrong
    /// signature.</exception>
    /// <exception cref="InvalidOperationException">The transport has no exporter.</exception>
    public void Verify(Authenticate received, Ed25519Identity authenticationKey)
    {
        if (received.Method != AuthenticationMethod.Ed25519Sha256Rfc5705)
        {
            throw new ChannelProtocolException($"AUTHENTICATE with method {(int)received.Method}");
        }

        ReadOnlySpan<byte> body = received.Authentication.Span;
        if (body.Length != Length)
        {
            throw new ChannelProtocolException($"AUTHENTICATE with {body.Length} bytes, not {Length}");
        }

        Span<byte> expected = stackalloc byte[FixedLength];
        WriteFixed(expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, body[..FixedLength]))
        {
            throw new ChannelProtocolException("AUTHENTICATE does not fit this link");
        }

        Span<byte> key = stackalloc byte[Ed25519Identity.Length];
        authenticationKey.CopyTo(key);
        if (!Ed25519.Verify(key, body[..^Ed25519.SignatureLength], body[^Ed25519.SignatureLength..]))
        {
            throw new ChannelProtocolException("AUTHENTICATE has a wrong signature");
        }
    }

    private void WriteFixed(Span<byte> body)
    {
        TlsKeyExporter exporter = Tls.Exporter ?? throw new InvalidOperationException("authentication needs a TLS key exporter");
        var writer = new ByteWriter(body);
        writer.WriteBytes("AUTH0003"u8);
        Span<byte> initiatorId = writer.Take(Digest256.Length);
        SHA256.HashData(InitiatorRsaKey.Pkcs1Der, initiatorId);
        SHA256.HashData(ResponderRsaKey.Pkcs1Der, writer.Take(Digest256.Length));
        InitiatorIdentity.CopyTo(writer.Take(Ed25519Identity.Length));
        ResponderIdentity.CopyTo(writer.Take(Ed25519Identity.Length));
        ResponderLog.CopyTo(writer.Take(Digest256.Length));
        InitiatorLog.CopyTo(writer.Take(Digest256.Length));
        Tls.CertificateDigest.CopyTo(writer.Take(Digest256.Length));
        exporter(ExporterLabel, initiatorId, writer.Take(Digest256.Length));
    }
}
