using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Tunic.Publishing.Sites;

/// <summary>Answers requests with the files of a folder: <c>app.Run(site.HandleAsync)</c>, or through a <see cref="SiteServer"/>.</summary>
/// <remarks>
/// Thread safe. Ranges, resumption, conditions and HEAD are the framework's; what may be given out, <see cref="SiteFolder"/> decides. What is not
/// there and what nobody may read get the same answer. A file that changes is seen by the next request.
/// </remarks>
public sealed class StaticSite
{
    private const string NotFoundSentence = "There is no such page here.\n";

    private readonly SiteFolder _folder;
    private readonly StaticSiteOptions _options;
    private readonly FileExtensionContentTypeProvider _types = new();
    private readonly string _cacheControl;

    /// <summary>The site of a folder.</summary>
    /// <exception cref="PublishingException">The folder cannot be published; the message says why.</exception>
    public StaticSite(StaticSiteOptions options)
    {
        _options = options;
        _folder = SiteFolder.Open(options.Folder);
        _cacheControl = options.MaxAge == TimeSpan.Zero
            ? "no-cache"
            : string.Create(CultureInfo.InvariantCulture, $"max-age={(long)options.MaxAge.TotalSeconds}");
    }

    /// <summary>Whether the folder has a page to begin with, so that its owner can be told when it has none.</summary>
    public bool HasIndex
    {
        get
        {
            bool has = _folder.Open('/' + _options.IndexFile, out FileStream? file) == LinuxFileKind.File;
            file?.Dispose();
            return has;
        }
    }

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        FileStream? file = null;
        string path = context.Request.Path.Value is { Length: > 0 } given ? given : "/";
        string name = path.EndsWith('/') ? path + _options.IndexFile : path;
        LinuxFileKind kind = HasDotSegment(context) ? LinuxFileKind.Other : _folder.Open(name, out file);
        if (file is not null)
        {
            await SendAsync(context, file, name);
        }
        else if (kind == LinuxFileKind.Directory && name == path)
        {
            context.Response.Redirect(context.Request.PathBase.Add(path).ToUriComponent() + '/' + context.Request.QueryString);
        }
        else
        {
            await SendNotFoundAsync(context);
        }
    }

    /// <summary>Kestrel has resolved them in the path already; who sends them looks for something that is not his.</summary>
    private static bool HasDotSegment(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.Split('?')[0].Split('/').Any(segment => Uri.UnescapeDataString(segment) is "." or "..");
    }

    private Task SendAsync(HttpContext context, FileStream file, string name)
    {
        DateTimeOffset modified = File.GetLastWriteTimeUtc(file.SafeFileHandle);
        var version = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{modified.Ticks:x}-{file.Length:x}\""));
        context.Response.Headers.CacheControl = _cacheControl;
        return TypedResults.Stream(file, GetContentType(name), null, modified, version, enableRangeProcessing: true).ExecuteAsync(context);
    }

    private Task SendNotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.Headers.CacheControl = "no-cache";
        if (_folder.Open('/' + _options.NotFoundFile, out FileStream? file) == LinuxFileKind.File)
        {
            return TypedResults.Stream(file!, GetContentType(_options.NotFoundFile)).ExecuteAsync(context);
        }

        return TypedResults.Text(NotFoundSentence, statusCode: StatusCodes.Status404NotFound).ExecuteAsync(context);
    }

    /// <summary>Text is taken for UTF-8, as everybody writes it.</summary>
    private string GetContentType(string name)
    {
        string type = _types.TryGetContentType(name, out string? known) ? known : "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
    }
}
