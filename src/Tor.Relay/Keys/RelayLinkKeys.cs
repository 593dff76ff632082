using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Network.Channels.OpenSsl;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Keys;

/// <summary>What a relay shows on its links for a while: certificates, and the TLS key that they are made for. The two belong together.</summary>
/// <param name="Certificates">For the link handshake.</param>
/// <param name="TlsKey">RSA key of the TLS certificate.</param>
public sealed record RelayLinkKeys(LinkCertificates Certificates, RsaPrivateKey TlsKey)
{
    /// <summary>A TLS context that shows this certificate to whoever connects. The caller disposes it.</summary>
    public TlsContext CreateTlsContext()
    {
        byte[] der = TlsKey.ExportPkcs1Der();
        try
        {
            return TlsContext.CreateServer(Certificates.Tls.Link.Encoded.Span, der);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }
}
