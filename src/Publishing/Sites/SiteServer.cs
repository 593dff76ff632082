using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tunic.Primitives.Overlay;
using Tunic.Publishing.Transport;

namespace Tunic.Publishing.Sites;

/// <summary>A static site on an address of an overlay: Kestrel alone, without host, configuration files, environment variables or ports of this machine.</summary>
/// <remarks>Thread safe. Dispose stops it: answers under way are finished, for as long as the options allow.</remarks>
public sealed class SiteServer : IAsyncDisposable
{
    private const int MaxHeaderCount = 64;
    private const int MaxHeadersLength = 16 * 1024;
    private const int MaxRequestLineLength = 8 * 1024;

    /// <summary>Circuits pause for seconds at times.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly KestrelServer _kestrel;
    private readonly SiteApplication _application;
    private readonly SiteServerOptions _options;
    private int _disposed;

    private SiteServer(KestrelServer kestrel, SiteApplication application, SiteServerOptions options) =>
        (_kestrel, _application, _options) = (kestrel, application, options);

    /// <summary>Requests that have been answered.</summary>
    public long Requests => _application.Requests;

    /// <summary>Starts to serve. Returns when people can connect.</summary>
    /// <param name="site">What is served.</param>
    /// <param name="listen">Makes the listener, which belongs to the server: <c>cancel => overlay.ListenAsync(key, 80, cancel)</c>.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="log">Where Kestrel says what is wrong; null for nowhere.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public static async Task<SiteServer> StartAsync(
        StaticSite site, Func<CancellationToken, Task<IOverlayListener>> listen, SiteServerOptions? options, ILoggerFactory? log, CancellationToken cancel)
    {
        options ??= new SiteServerOptions();
        log ??= NullLoggerFactory.Instance;
        var kestrelOptions = new KestrelServerOptions();
        kestrelOptions.ListenOnOnion(listen);
        SetLimits(kestrelOptions.Limits, options);
        var server = new SiteServer(new KestrelServer(Options.Create(kestrelOptions), new OnionTransport(), log), new SiteApplication(site, log), options);
        try
        {
            await server._kestrel.StartAsync(server._application, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(_options.StopTimeout);
        await _kestrel.StopAsync(timeout.Token);
        _kestrel.Dispose();
    }

    private static void SetLimits(KestrelServerLimits limits, SiteServerOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 0;
        limits.MaxRequestHeaderCount = MaxHeaderCount;
        limits.MaxRequestHeadersTotalSize = MaxHeadersLength;
        limits.MaxRequestLineSize = MaxRequestLineLength;
        limits.RequestHeadersTimeout = _patience;
        limits.MinResponseDataRate = new MinDataRate(limits.MinResponseDataRate!.BytesPerSecond, _patience);
    }
}
