using Tunic.Primitives.Keys;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>/tor/micro/d/BASE64-BASE64... (dir-spec, "Microdescriptors").</summary>
internal sealed class MicrodescriptorHandler(DirectoryStore store) : IDirectoryHandler
{
    private const string Prefix = "/tor/micro/d/";
    private static readonly TimeSpan _lifetime = TimeSpan.FromHours(48);

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
        ValueTask.FromResult(!query.IsPost && query.Path.StartsWith(Prefix, StringComparison.Ordinal) ? Answer(query) : null);

    private DirectoryAnswer Answer(DirectoryQuery query)
    {
        DirectorySnapshot snapshot = store.Current;
        var found = new List<ReadOnlyMemory<byte>>();
        foreach (Digest256 digest in ResourceList.ParseMicrodescriptors(query.Path[Prefix.Length..]).Reverse()) // stock tor sends its list from the end
        {
            if (snapshot.Microdescriptors.TryGetValue(digest, out CachedMicrodescriptor? microdescriptor))
            {
                found.Add(microdescriptor.Text);
            }
        }

        return found.Count == 0 ? DirectoryAnswer.NotFound : DirectoryAnswer.Documents(found, query.BestEncoding, _lifetime);
    }
}
