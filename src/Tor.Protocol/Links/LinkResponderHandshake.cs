using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Links;

/// <summary>The end that was connected to: always a relay. It answers VERSIONS with all that it has to say.</summary>
public sealed class LinkResponderHandshake : LinkHandshake
{
    private readonly LinkCertificates _own;
    private Digest256 _challengedDigest;
    private bool _peerAuthenticated;

    /// <summary>Starts: waits for VERSIONS.</summary>
    /// <param name="parameters">What to know of the connection and of us, with certificates.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ArgumentException">The certificates or the TLS key exporter are missing.</exception>
    public LinkResponderHandshake(LinkHandshakeParameters parameters, TimeSpan now)
        : base(parameters, LinkRole.Responder, now) =>
        _own = parameters.Certificates ?? throw new ArgumentException("a responder needs certificates", nameof(parameters));

    private protected override PeerIdentity? ProvedPeer => _peerAuthenticated ? PeerCertificates!.Identity : null;

    private protected override bool AuthenticatedToPeer => true;

    private protected override void OnVersion(DateTime utcNow)
    {
        Send(CellCommand.Certs, _own.ToCerts(LinkRole.Responder).Encode());
        var challenge = new byte[AuthChallenge.ChallengeLength];
        Parameters.Random.Fill(challenge);
        Send(
            CellCommand.AuthChallenge,
            new AuthChallenge(challenge, [AuthenticationMethod.Ed25519Sha256Rfc5705]).Encode());
        _challengedDigest = SentDigest;
        SendNetInfo(utcNow);
    }

    private protected override void OnCerts(PeerCertificates certificates, DateTime utcNow)
    {
        // Only a claim so far: AUTHENTICATE has to follow.
    }

    private protected override void OnAuthChallenge(AuthChallenge challenge, DateTime utcNow) =>
        throw new ChannelProtocolException("AUTH_CHALLENGE from the end that connected");

    private protected override void OnAuthenticate(Authenticate authenticate)
    {
        if (_peerAuthenticated || PeerCertificates is null)
        {
            throw new ChannelProtocolException(_peerAuthenticated ? "a second AUTHENTICATE" : "AUTHENTICATE before CERTS");
        }

        var authenticator = new LinkAuthenticator
        {
            InitiatorRsaKey = PeerCertificates.RsaKey,
            InitiatorIdentity = PeerCertificates.Identity.Ed25519Identity,
            ResponderRsaKey = _own.RsaKey,
            ResponderIdentity = _own.Identity.Ed25519Identity,
            ResponderLog = _challengedDigest,
            InitiatorLog = ReceivedDigest,
            Tls = Parameters.Tls,
        };
        authenticator.Verify(authenticate, PeerCertificates.AuthenticationKey!.Value);
        _peerAuthenticated = true;
    }

    private protected override void RequireFinishable()
    {
        // Whoever has not authenticated by now is a client.
    }
}
