using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>/tor/keys/{all,fp/...,sk/...,fp-sk/...} (dir-spec, "Authority key certificates").</summary>
internal sealed class CertificateHandler(DirectoryStore store) : IDirectoryHandler
{
    private const string Prefix = "/tor/keys/";
    private static readonly TimeSpan _lifetime = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
        ValueTask.FromResult(!query.IsPost && query.Path.StartsWith(Prefix, StringComparison.Ordinal) ? Answer(query) : null);

    private DirectoryAnswer Answer(DirectoryQuery query)
    {
        AuthorityCertificate[] all = [.. store.Current.Certificates.Values];
        string[] parts = query.Path[Prefix.Length..].Split('/', 2);
        IEnumerable<AuthorityCertificate>? found = (parts[0], parts.Length) switch
        {
            ("all", 1) => all.OrderBy(certificate => certificate.Identity).ThenBy(certificate => certificate.Published),
            ("authority", 1) => [], // an authority answers this itself
            ("fp", 2) => ResourceList.ParseIdentities(parts[1]).Select(identity => Newest(all, identity)).OfType<AuthorityCertificate>(),
            ("sk", 2) => ResourceList.ParseDigests(parts[1]).SelectMany(key => all.Where(certificate => certificate.SigningKeyDigest == key).Take(1)),
            ("fp-sk", 2) => ResourceList.ParseKeys(parts[1]).SelectMany(key => all.Where(certificate => certificate.KeyId == key)),
            _ => null,
        };
        if (found is null)
        {
            return DirectoryAnswer.Short(400, "Bad request");
        }

        AuthorityCertificate[] certificates = [.. found];
        if (certificates.Length == 0)
        {
            return DirectoryAnswer.NotFound;
        }

        ReadOnlyMemory<byte>[] texts =
        [
            .. certificates
                .Where(certificate => query.IfModifiedSince is not { } since || certificate.Published >= since)
                .Select(certificate => certificate.Text),
        ];
        return texts.Length == 0
            ? DirectoryAnswer.NotModified
            : DirectoryAnswer.Documents(texts, query.BestEncoding, _lifetime, statesLength: true);
    }

    private static AuthorityCertificate? Newest(AuthorityCertificate[] all, RsaIdentity identity) =>
        all.Where(certificate => certificate.Identity == identity).MaxBy(certificate => certificate.Published);
}
