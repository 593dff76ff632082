using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>The authentication of a stock relay, checked piece by piece.</summary>
public sealed class StockInitiatorTests
{
    private static readonly Digest256 _tls = new(Convert.FromHexString(StockInitiatorRecording.TlsCertificateDigest));

    [Fact]
    public void AUTHENTICATE_of_a_stock_relay_is_good() =>
        CreateAuthenticator(StockInitiatorRecording.Certs).Verify(
            Authenticate.Decode(StockInitiatorRecording.Authenticate.AsSpan(7)), VerifyCerts().AuthenticationKey!.Value);

    [Fact]
    public void AUTHENTICATE_of_a_stock_relay_fits_no_other_transcript()
    {
        byte[] certs = StockInitiatorRecording.Certs;
        certs[^1] ^= 1;

        Assert.Throws<ChannelProtocolException>(() => CreateAuthenticator(certs).Verify(
            Authenticate.Decode(StockInitiatorRecording.Authenticate.AsSpan(7)), VerifyCerts().AuthenticationKey!.Value));
    }

    private static PeerCertificates VerifyCerts() => PeerCertificates.Verify(
        Certs.Decode(StockInitiatorRecording.Certs.AsSpan(7)), LinkRole.Initiator, _tls, StockInitiatorRecording.Time);

    private static LinkAuthenticator CreateAuthenticator(byte[] certs)
    {
        PeerCertificates peer = VerifyCerts();
        Assert.True(RsaPublicKey.TryParse(StockInitiatorRecording.ResponderRsaKey, out RsaPublicKey? own));
        return new LinkAuthenticator
        {
            InitiatorRsaKey = peer.RsaKey,
            InitiatorIdentity = peer.Identity.Ed25519Identity,
            ResponderRsaKey = own,
            ResponderIdentity = new Ed25519Identity(Convert.FromHexString(StockInitiatorRecording.ResponderIdentity)),
            ResponderLog = new Digest256(Convert.FromHexString(StockInitiatorRecording.ResponderLog)),
            InitiatorLog = new Digest256(SHA256.HashData([.. StockInitiatorRecording.Versions, .. certs])),
            Tls = new TlsBinding(_tls, Export),
        };
    }

    private static void Export(string label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        Assert.Equal("EXPORTER FOR TOR TLS CLIENT BINDING AUTH0003", label);
        Assert.Equal(SHA256.HashData(VerifyCerts().RsaKey.Pkcs1Der), context);
        Convert.FromHexString(StockInitiatorRecording.ExporterOutput).CopyTo(output);
    }
}
