using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Voting;

/// <summary>A relay of the tests' own making, with real keys and signatures.</summary>
internal sealed class MadeRelay
{
    private static readonly RsaPrivateKey Link = RsaPrivateKey.Generate(TlsCertificates.LinkKeyBits);

    private readonly RsaPrivateKey _identity = RsaPrivateKey.Generate(1024);
    private readonly RsaPrivateKey _tap = RsaPrivateKey.Generate(1024);
    private readonly byte[] _ntor = new byte[32];
    private readonly SeededRandomSource _random;
    private Ed25519PrivateKey _master;

    public MadeRelay(int number)
    {
        _random = new SeededRandomSource((ulong)number);
        _master = Ed25519PrivateKey.Generate(_random);
        Signing = Ed25519PrivateKey.Generate(_random);
        X25519.GeneratePrivateKey(_random, _ntor);
        Declaration = new RelayDeclaration
        {
            Nickname = $"relay{number}",
            Address = IPAddress.Parse($"9.9.{number / 250}.{(number % 250) + 1}"),
            OnionRouterPort = (ushort)(9000 + number),
            Platform = "Tor 0.4.9.11 on Linux",
            Protocols = Protocols("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 Link=4-5 LinkAuth=3 Microdesc=1-3 Relay=2-6"),
            Published = default,
            UptimeSeconds = 1000 + number,
            BandwidthRate = 10_000_000,
            BandwidthBurst = 20_000_000,
            BandwidthObserved = 1_000_000 + (number * 100_000),
            IsHiddenServiceDirectory = true,
            IsTunnelledDirectoryServer = true,
            ExitPolicy = ExitPolicy.RejectAll,
        };
    }

    public RelayDeclaration Declaration { get; set; }

    public RsaIdentity Identity => _identity.PublicKey.Identity;

    public Ed25519Identity Ed25519Identity => _master.PublicKey;

    public IPEndPoint Address => new(Declaration.Address, Declaration.OnionRouterPort);

    public void ReplaceMasterKey() => _master = Ed25519PrivateKey.Generate(_random);

    /// <summary>The signing key; <see cref="Certify"/> certifies it.</summary>
    public Ed25519PrivateKey Signing { get; }

    public Ed25519Certificate Certify(DateTime published) => Ed25519Certificate.Create(
        Ed25519CertificateType.IdentitySigning, Signing.PublicKey, published.AddDays(30), _master, includeSigningKey: true);

    /// <summary>The onion key of its descriptor; the caller disposes it.</summary>
    public NtorKeyPair OpenOnionKey() => NtorKeyPair.FromPrivateKey(_ntor);

    /// <summary>What it proves itself with on links.</summary>
    public LinkCertificates CertifyLink(DateTime now) => LinkCertificates.Create(
        TlsCertificates.Create(_identity, Link.PublicKey, _identity.PublicKey, now, _random),
        Certify(now),
        Signing,
        Ed25519PrivateKey.Generate(_random),
        _identity,
        now);

    public byte[] Write(DateTime published)
    {
        return RouterDescriptorWriter.Write(Declaration with { Published = published }, new RelayDescriptorKeys
        {
            Identity = _identity,
            TapOnion = _tap,
            NtorOnion = _ntor,
            Signing = Signing,
            SigningCertificate = Certify(published),
        });
    }

    /// <summary>A descriptor whose body was changed before it was signed.</summary>
    public byte[] Write(DateTime published, Func<string, string> change)
    {
        string text = Encoding.UTF8.GetString(Write(published));
        string body = change(text[..text.IndexOf("router-sig-ed25519", StringComparison.Ordinal)]);
        var signature = new byte[Ed25519.SignatureLength];
        Signing.Sign(RouterDescriptorVerifier.HashSigned(Encoding.UTF8.GetBytes(body + "router-sig-ed25519 ")), signature);
        string signed = $"{body}router-sig-ed25519 {Convert.ToBase64String(signature).TrimEnd('=')}\nrouter-signature\n";
        string rsa = Convert.ToBase64String(_identity.SignDigest(SHA1.HashData(Encoding.UTF8.GetBytes(signed))), Base64FormattingOptions.InsertLineBreaks);
        return Encoding.UTF8.GetBytes($"{signed}-----BEGIN SIGNATURE-----\n{rsa.Replace("\r", "", StringComparison.Ordinal)}\n-----END SIGNATURE-----\n");
    }

    public RouterDescriptor Make(DateTime published)
    {
        Assert.True(RouterDescriptor.TryParse(Write(published), out RouterDescriptor? descriptor, out var fault), fault?.Reason);
        return descriptor;
    }

    private static ProtocolVersions Protocols(string text) => ProtocolVersions.TryParse(text, out ProtocolVersions protocols) ? protocols : ProtocolVersions.None;
}
