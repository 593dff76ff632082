using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Links;

/// <summary>The end that connected. With certificates it is a relay and authenticates; without it stays anonymous.</summary>
public sealed class LinkInitiatorHandshake : LinkHandshake
{
    private bool _challenged;
    private bool _authenticated;

    /// <summary>Starts: VERSIONS is there to be taken.</summary>
    /// <param name="parameters">What to know of the connection and of us.</param>
    /// <param name="now">Monotonic time.</param>
    /// <exception cref="ArgumentException">There are certificates, but no TLS key exporter.</exception>
    public LinkInitiatorHandshake(LinkHandshakeParameters parameters, TimeSpan now)
        : base(parameters, LinkRole.Initiator, now) => SendVersions();

    /// <summary>Whether the responder is who was wanted; readable after a failure too.</summary>
    public IdentityCheck IdentityCheck { get; private set; }

    /// <summary>Who the responder has proved to be, wanted or not; null before its CERTS.</summary>
    public PeerIdentity? Responder => PeerCertificates?.Identity;

    private protected override PeerIdentity? ProvedPeer => Responder;

    private protected override bool AuthenticatedToPeer => _authenticated;

    private protected override void OnVersion(DateTime utcNow)
    {
        if (Parameters.Certificates is { } own)
        {
            Send(CellCommand.Certs, own.ToCerts(LinkRole.Initiator).Encode());
        }
    }

    private protected override void OnCerts(PeerCertificates certificates, DateTime utcNow)
    {
        IdentityCheck = Parameters.Expected.Check(certificates.Identity);
        if (IdentityCheck != IdentityCheck.AsExpected)
        {
            throw new ChannelProtocolException($"another relay answered: {IdentityCheck}");
        }

        if (Parameters.Certificates is null)
        {
            SendNetInfo(utcNow);
        }
    }

    private protected override void OnAuthChallenge(AuthChallenge challenge, DateTime utcNow)
    {
        if (_challenged || PeerCertificates is null)
        {
            throw new ChannelProtocolException(_challenged ? "a second AUTH_CHALLENGE" : "AUTH_CHALLENGE before CERTS");
        }

        _challenged = true;
        if (Parameters.Certificates is not { } own)
        {
            return;
        }

        if (challenge.Methods.Contains(AuthenticationMethod.Ed25519Sha256Rfc5705))
        {
            var authenticator = new LinkAuthenticator
            {
                InitiatorRsaKey = own.RsaKey,
                InitiatorIdentity = own.Identity.Ed25519Identity,
                ResponderRsaKey = PeerCertificates.RsaKey,
                ResponderIdentity = PeerCertificates.Identity.Ed25519Identity,
                ResponderLog = ReceivedDigest,
                InitiatorLog = SentDigest,
                Tls = Parameters.Tls,
            };
            Send(CellCommand.Authenticate, authenticator.Sign(own.AuthenticationKey, Parameters.Random).Encode());
            _authenticated = true;
        }

        SendNetInfo(utcNow);
    }

    private protected override void OnAuthenticate(Authenticate authenticate) =>
        throw new ChannelProtocolException("AUTHENTICATE from the end that was connected to");

    private protected override void RequireFinishable()
    {
        if (PeerCertificates is null)
        {
            throw new ChannelProtocolException("NETINFO from a relay that has not proved who it is");
        }
    }
}
