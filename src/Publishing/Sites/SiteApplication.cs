using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Tunic.Publishing.Sites;

/// <summary>What Kestrel calls for each request; it has the log as its only service.</summary>
internal sealed class SiteApplication(StaticSite site, ILoggerFactory log) : IHttpApplication<HttpContext>, IServiceProvider
{
    private long _requests;

    internal long Requests => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures) { RequestServices = this };

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context) => site.HandleAsync(context);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) => Interlocked.Increment(ref _requests);

    /// <inheritdoc/>
    public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? log : null;
}
