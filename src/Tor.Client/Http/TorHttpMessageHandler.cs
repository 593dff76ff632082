using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunic.Primitives.Overlay;

namespace Tunic.Tor.Client.Http;

/// <summary>Lets <see cref="HttpClient"/> speak through circuits: <c>new HttpClient(new TorHttpMessageHandler(client))</c>.</summary>
/// <remarks>
/// Everything else that the base library would do on the ordinary network is off: DNS, proxies, HTTP/3, fetching of certificates and of
/// revocation lists, and trace headers. Connections are pooled per scheme, host and port, and belong to circuits of that host.
/// </remarks>
public sealed class TorHttpMessageHandler : DelegatingHandler
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int NameLength = 16;

    private readonly IOverlay _overlay;
    private readonly TorHttpOptions _options;
    private readonly string _name = Convert.ToHexString(RandomNumberGenerator.GetBytes(NameLength));

    /// <summary>A handler with circuits of its own for every host.</summary>
    /// <param name="overlay">The client. Its owner disposes it, after the handler.</param>
    public TorHttpMessageHandler(IOverlay overlay)
        : this(overlay, new TorHttpOptions())
    {
    }

    /// <summary>A handler.</summary>
    /// <param name="overlay">The client. Its owner disposes it, after the handler.</param>
    /// <param name="options">Choices.</param>
    public TorHttpMessageHandler(IOverlay overlay, TorHttpOptions options)
    {
        _overlay = overlay;
        _options = options;
        InnerHandler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = options.AllowAutoRedirect,
            UseCookies = options.UseCookies,
            ConnectTimeout = options.ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.All,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = CreateChainPolicy() },
        };
    }

    /// <summary>How server certificates are checked; for servers with certificates of their own, add roots before the first request.</summary>
    public SslClientAuthenticationOptions Tls => ((SocketsHttpHandler)InnerHandler!).SslOptions;

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">HTTP/3 was demanded: it would leave the overlay.</exception>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        KeepInsideOverlay(request);
        return base.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: streams through circuits are asynchronous.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("use SendAsync: streams through circuits are asynchronous");

    /// <summary>HTTP/3 is QUIC, a connection over UDP that no callback sees. It is also tried when a server offers it and the policy allows it.</summary>
    private static void KeepInsideOverlay(HttpRequestMessage request)
    {
        if (request.Version.Major >= 3 && request.VersionPolicy != HttpVersionPolicy.RequestVersionOrLower)
        {
            throw new HttpRequestException("HTTP/3 does not pass through circuits: ask for HTTP/2 or lower");
        }

        if (request.Version.Major >= 3 || request.VersionPolicy == HttpVersionPolicy.RequestVersionOrHigher)
        {
            bool isSecure = request.RequestUri?.Scheme == Uri.UriSchemeHttps;
            request.Version = isSecure || request.Version.Major == 2 ? HttpVersion.Version20 : HttpVersion.Version11;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        }
    }

    /// <summary>The platform would download missing certificates and revocation lists by itself.</summary>
    private static X509ChainPolicy CreateChainPolicy()
    {
        var policy = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return policy;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        DnsEndPoint endPoint = context.DnsEndPoint;
        string host = endPoint.Host.Trim('[', ']').ToLowerInvariant();
        IsolationKey isolation = _options.Isolation ?? new IsolationKey($"http;{_name};{host}");
        return await _overlay.ConnectAsync(new HostAndPort(host, (ushort)endPoint.Port), isolation, cancel);
    }
}
