namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>Answers directory requests in stock tor's words, whatever they came over (dir-spec, "Standards compliance" and "Listing of URLs"; dircache.c).</summary>
/// <remarks>Thread safe.</remarks>
public sealed class DirectoryServer
{
    private static readonly ReadOnlyMemory<byte> _robots = "User-agent: *\r\nDisallow: /\r\n"u8.ToArray();
    private static readonly TimeSpan _robotsLifetime = TimeSpan.FromHours(24);

    private readonly IDirectoryHandler[] _handlers;

    /// <summary>A server of the store's documents.</summary>
    public DirectoryServer(DirectoryStore store, DirectoryServerOptions options)
    {
        Options = options;
        _handlers =
        [
            .. options.Handlers,
            new ConsensusHandler(store, options.Time),
            new MicrodescriptorHandler(store),
            new DescriptorHandler(store, options.OwnDocuments, options.Time),
            new CertificateHandler(store),
        ];
    }

    /// <summary>The options that it was made with.</summary>
    public DirectoryServerOptions Options { get; }

    /// <summary>Most bytes that the body of a POST to this path may have; 0 when nobody takes one.</summary>
    public int MaxBodyLength(string path) => _handlers.Max(handler => handler.MaxBodyLength(path));

    /// <summary>Answers one request.</summary>
    /// <param name="query">The request.</param>
    /// <param name="cancel">The asker has gone, or the relay stops.</param>
    public async ValueTask<DirectoryAnswer> HandleAsync(DirectoryQuery query, CancellationToken cancel)
    {
        foreach (IDirectoryHandler handler in _handlers)
        {
            if (await handler.HandleAsync(query, cancel) is { } answer)
            {
                long length = answer.Body.Sum(part => (long)part.Length);
                return length > 0 && Options.IsBusy(answer.Encoding == DirectoryEncoding.Identity || answer.IsEncoded ? length : length / 2)
                    ? DirectoryAnswer.Short(503, "Directory busy, try again later")
                    : answer;
            }
        }

        return query.IsPost ? DirectoryAnswer.Short(400, "Nonauthoritative directory does not accept posted server descriptors")
            : query.Path == "/tor/robots.txt" ? DirectoryAnswer.Documents([_robots], DirectoryEncoding.Identity, _robotsLifetime, statesLength: true)
            : DirectoryAnswer.NotFound;
    }
}
