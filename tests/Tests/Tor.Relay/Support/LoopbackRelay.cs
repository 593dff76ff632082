using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Handshakes.Extensions;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Circuits;
using Tunic.Tor.Relay.Connections;

namespace Tunic.Tests.TorRelay.Support;

/// <summary>A relay of ours on 127.0.0.1 with keys of its own, that needs no network around it.</summary>
internal sealed class LoopbackRelay : IAsyncDisposable
{
    private static readonly CircuitCapabilities Everything = new(CongestionControl: true, SendmeIncrement: 31, Cgo: true);

    private readonly NtorKeyPair _onionKey;
    private readonly LinkIdentity _link;
    private readonly bool _ownsKeys;

    private LoopbackRelay(
        LoopbackRelay? twin, Func<RelayOptions, RelayOptions> configure, Func<RelaySources, RelaySources> connect, ILogger log)
    {
        _ownsKeys = twin is null;
        _onionKey = twin?._onionKey ?? NtorKeyPair.Generate(SystemRandomSource.Instance);
        _link = twin?._link ?? MakeLink();
        var handshakes = new HandshakeKeys(
            Identity.RsaIdentity, Identity.Ed25519Identity, new NtorKeyRing(SystemRandomSource.Instance, _onionKey));
        var options = new RelayOptions
        {
            OrPorts = [new IPEndPoint(IPAddress.Loopback, 0)],
            Circuits = new RelayCircuitOptions { ExtendToPrivateAddresses = true },
        };
        var sources = new RelaySources { Link = () => _link, Handshakes = () => handshakes };
        Node = new RelayNode(
            configure(options), connect(sources), SystemRandomSource.Instance, TimeProvider.System, log);
        Node.Start();
    }

    internal RelayNode Node { get; }

    internal PeerIdentity Identity => _link.Channel.Certificates!.Identity;

    internal IPEndPoint Address => Node.OrPorts[0];

    internal LinkSpecifiers Specifiers => LinkSpecifiers.For(Address, Identity.RsaIdentity, Identity.Ed25519Identity, null);

    /// <summary>To reach it with CREATE_FAST.</summary>
    internal HopTarget Fast => new() { RsaIdentity = Identity.RsaIdentity, Ed25519Identity = Identity.Ed25519Identity, Specifiers = Specifiers };

    /// <summary>To reach it with ntor.</summary>
    internal HopTarget Ntor => Fast with { NtorOnionKey = _onionKey.PublicKey.ToArray() };

    /// <summary>To reach it with ntor-v3 and nothing asked for.</summary>
    internal HopTarget NtorV3 => Ntor with { UseNtorV3 = true };

    /// <summary>To reach it with ntor-v3 and congestion control.</summary>
    internal HopTarget Congestion => NtorV3 with { Wanted = Everything with { Cgo = false } };

    /// <summary>To reach it with ntor-v3, congestion control and CGO.</summary>
    internal HopTarget Cgo => NtorV3 with { Wanted = Everything };

    internal static LoopbackRelay Start(
        Func<RelayOptions, RelayOptions>? configure = null, Func<RelaySources, RelaySources>? connect = null, ILogger? log = null) =>
        new(null, configure ?? (options => options), connect ?? (sources => sources), log ?? NullLogger.Instance);

    /// <summary>Another one with the same keys, to be disposed before this one: to make keys takes much longer than to start.</summary>
    internal LoopbackRelay StartTwin(Func<RelaySources, RelaySources> connect) => new(this, options => options, connect, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        if (_ownsKeys)
        {
            _link.Tls.Dispose();
            _onionKey.Dispose();
        }
    }

    private static LinkIdentity MakeLink()
    {
        LinkCertificates certificates = Certify(DateTime.UtcNow, out byte[] tlsKey);
        return new LinkIdentity(TlsContext.CreateServer(certificates.Tls.Link.Encoded.Span, tlsKey), new ChannelIdentity(certificates, [IPAddress.Loopback]));
    }

    /// <summary>Certificates of a new relay.</summary>
    /// <param name="now">When they are made.</param>
    /// <param name="tlsKey">The private key of the TLS certificate, PKCS#1 DER.</param>
    internal static LinkCertificates Certify(DateTime now, out byte[] tlsKey)
    {
        RandomSource random = SystemRandomSource.Instance;
        using RsaPrivateKey rsaIdentity = RsaPrivateKey.Generate(TlsCertificates.IdentityKeyBits);
        using RsaPrivateKey link = RsaPrivateKey.Generate(TlsCertificates.LinkKeyBits);
        using Ed25519PrivateKey identity = Ed25519PrivateKey.Generate(random);
        using Ed25519PrivateKey signing = Ed25519PrivateKey.Generate(random);
        tlsKey = link.ExportPkcs1Der();
        return LinkCertificates.Create(
            TlsCertificates.Create(rsaIdentity, link.PublicKey, rsaIdentity.PublicKey, now, random),
            Ed25519Certificate.Create(
                Ed25519CertificateType.IdentitySigning, signing.PublicKey, now + LinkCertificates.SigningLifetime, identity, includeSigningKey: true),
            signing,
            Ed25519PrivateKey.Generate(random),
            rsaIdentity,
            now);
    }
}
