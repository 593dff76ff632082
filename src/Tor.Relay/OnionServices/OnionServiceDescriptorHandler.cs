using System.Globalization;
using System.Text;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Relay.DirectoryCache;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>Takes and gives descriptors of onion services (rend-spec-v3, "Uploading and downloading hidden service descriptors"; stock dircache.c).</summary>
/// <param name="cache">What is kept.</param>
/// <param name="maxLength">From how many bytes on a descriptor is too long; asked for each.</param>
/// <param name="time">The clock.</param>
public sealed class OnionServiceDescriptorHandler(OnionServiceDescriptorCache cache, Func<int> maxLength, TimeProvider time) : IDirectoryHandler
{
    private const string Prefix = "/tor/hs/";
    private const string FetchPrefix = "/tor/hs/3/";
    private const string Publish = "/publish";
    private const int Version = 3;

    /// <summary>Longer than a descriptor may be, so that whoever posts a bit too much gets an answer.</summary>
    private const int MaxPostLength = 1 << 16;

    private DateTime UtcNow => time.GetUtcNow().UtcDateTime;

    /// <inheritdoc/>
    public int MaxBodyLength(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) ? Math.Max(MaxPostLength, maxLength()) : 0;

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) => ValueTask.FromResult(
        query.IsPost && query.Path.StartsWith(Prefix, StringComparison.Ordinal) ? Post(query)
        : !query.IsPost && query.Path.StartsWith(FetchPrefix, StringComparison.Ordinal) ? Get(query)
        : null);

    /// <summary>Somebody who asks without a relay between us would tell us who he is; so he is refused, and learns to do better.</summary>
    private static bool IsHidden(DirectoryAsker asker) => asker.IsTunnelled && asker.IsAnonymous;

    private DirectoryAnswer Get(DirectoryQuery query)
    {
        if (!IsHidden(query.Asker))
        {
            return DirectoryAnswer.Short(503, "Rejecting single hop HS v3 descriptor request");
        }

        return BlindedKey.TryParse(Encoding.UTF8.GetBytes(query.Path[FetchPrefix.Length..]), out BlindedKey key) && cache.Find(key, UtcNow) is { } text
            ? DirectoryAnswer.Documents([text], DirectoryEncoding.Identity, TimeSpan.Zero, statesLength: true)
            : DirectoryAnswer.NotFound;
    }

    private DirectoryAnswer Post(DirectoryQuery query)
    {
        if (!IsHidden(query.Asker))
        {
            return DirectoryAnswer.Short(503, "Rejecting single hop HS descriptor post");
        }

        return IsPublish(query.Path.AsSpan(Prefix.Length)) && TryStore(query.Body)
            ? DirectoryAnswer.Short(200, "HS descriptor stored successfully.")
            : DirectoryAnswer.Short(400, "Invalid HS descriptor. Rejected.");
    }

    private static bool IsPublish(ReadOnlySpan<char> rest)
    {
        int slash = rest.IndexOf('/');
        return slash > 0
            && int.TryParse(rest[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out int version) && version == Version
            && rest[slash..].StartsWith(Publish, StringComparison.Ordinal);
    }

    private bool TryStore(ReadOnlyMemory<byte> body) =>
        body.Length < maxLength()
        && OnionServiceDescriptor.TryParse(body.ToArray(), UtcNow, out OnionServiceDescriptor? descriptor, out _, maxLength()) // a copy: the body's memory may be longer
        && cache.TryStore(descriptor, UtcNow);
}
