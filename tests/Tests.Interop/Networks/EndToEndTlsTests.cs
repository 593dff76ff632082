using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tunic.Tests.Interop.Support;
using Tunic.Tests.TorRelay.Support;

namespace Tunic.Tests.Interop.Networks;

/// <summary>A page over https: client, relays and exit are processes of ours, and the wire between exit and server is tapped.</summary>
public sealed class EndToEndTlsTests : IDisposable
{
    private const string Path = "/recognisable-path";
    private const string Page = "recognisable-page";

    private readonly TestDirectory _directory = new("tunic-tls");
    private readonly X509Certificate2 _certificate = MakeCertificate();

    [Fact]
    public async Task Curl_gets_a_page_by_a_pinned_certificate_and_the_exit_sees_nothing_of_it()
    {
        await using TunicTorNetwork network = await TunicTorNetwork.StartAsync(new TunicTorOptions { Relays = 3, Exits = 1, Clients = 1 });
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Task<string> serving = AnswerAsync(server);
        await using var wire = new RecordingTcpRelay((IPEndPoint)server.LocalEndpoint);
        string pinned = System.IO.Path.Combine(_directory.FullPath, "server.pem");
        await File.WriteAllTextAsync(pinned, _certificate.ExportCertificatePem());

        CurlResult page = await Curl.ThroughSocks5(network.Clients[0].SocksPort).GetAsync(
            string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{wire.Address.Port}{Path}"), "--cacert", pinned);

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(Page, Encoding.ASCII.GetString(page.Body));
        Assert.StartsWith($"GET {Path} ", await serving, StringComparison.Ordinal);
        foreach (byte[] captured in new[] { wire.ToTarget, wire.FromTarget })
        {
            Assert.True(captured.Length > 0);
            Assert.DoesNotContain("recognisable", Encoding.Latin1.GetString(captured), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("HTTP", Encoding.Latin1.GetString(captured), StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _directory.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task<string> AnswerAsync(TcpListener server)
    {
        using TcpClient visitor = await server.AcceptTcpClientAsync();
        await using var secure = new SslStream(visitor.GetStream());
        await secure.AuthenticateAsServerAsync(_certificate);
        using var reader = new StreamReader(secure, Encoding.ASCII, leaveOpen: true);
        string request = await reader.ReadLineAsync() ?? "";
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // the rest of the head
        }

        await secure.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Page.Length}\r\nConnection: close\r\n\r\n{Page}"));
        await secure.ShutdownAsync();
        return request;
    }
}
