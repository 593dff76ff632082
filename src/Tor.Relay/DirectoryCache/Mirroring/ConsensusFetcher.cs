using Tunic.Primitives.Keys;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;

namespace Tunic.Tor.Relay.DirectoryCache.Mirroring;

/// <summary>Fetches a newer consensus of one flavour, and the certificates without which it cannot be believed.</summary>
internal sealed class ConsensusFetcher(DirectoryMirrorEnvironment environment, AuthorityRotation authorities)
{
    private readonly RsaIdentity[] _trusted = [.. environment.Authorities.Select(authority => authority.V3Identity)];

    /// <summary>Puts a verified consensus that is newer than the present one into the store; null when no authority has one.</summary>
    public async Task<Consensus?> FetchAsync(ConsensusFlavor flavor, CancellationToken cancel)
    {
        CachedConsensus? present = environment.Store.Current.ConsensusOf(flavor);
        string name = flavor == ConsensusFlavor.Unflavored ? "consensus" : "consensus-microdesc";
        string signers = string.Join('+', _trusted.Select(identity => identity.ToString()[..6]).Order(StringComparer.Ordinal));
        var request = new DirectoryRequest($"/tor/status-vote/current/{name}/{signers}.z")
        {
            DiffFrom = present is null ? [] : [present.SignedSha3.ToString()],
        };
        (Consensus Document, byte[] Text)? found = null;
        foreach (int attempt in Enumerable.Range(0, 2))
        {
            // Certificates come between the two: the second attempt knows the signing keys that the first one did not.
            var missing = new HashSet<AuthorityKeyId>();
            await authorities.AskAsync(request, response => Judge(response, flavor, present, missing, out found), cancel);
            if (found is not null || missing.Count == 0 || attempt > 0)
            {
                break;
            }

            await FetchCertificatesAsync(missing, cancel);
        }

        if (found is not { } good || !environment.Store.PutConsensus(good.Document, good.Text))
        {
            return null;
        }

        return good.Document;
    }

    private DateTime Now => environment.Time.GetUtcNow().UtcDateTime;

    private string? Judge(
        DirectoryResponse response,
        ConsensusFlavor flavor,
        CachedConsensus? present,
        HashSet<AuthorityKeyId> missing,
        out (Consensus Document, byte[] Text)? found)
    {
        found = null;
        if (!response.IsSuccess)
        {
            return $"{response.Status} {response.Reason}";
        }

        byte[]? text = response.Body.ToArray();
        DocumentFault? fault = null;
        if (ConsensusDiff.IsDiff(text) && (present is null || !ConsensusDiff.TryApply(present.Text.Text, text, out text, out fault)))
        {
            return fault?.Reason ?? "a difference that was not asked for";
        }

        if (!Consensus.TryParse(text, out Consensus? consensus, out fault))
        {
            return fault.Reason;
        }

        if (consensus.Flavor != flavor || consensus.ValidAfter <= present?.ValidAfter || !consensus.IsReasonablyLive(Now))
        {
            return "it is not newer, out of date, or of the other flavour";
        }

        ConsensusVerification verification = ConsensusVerifier.Verify(consensus, environment.Store.Current.Certificates.Values, _trusted, Now);
        if (!verification.IsAccepted)
        {
            missing.UnionWith(verification.MissingCertificates);
            return $"{verification.Good.Count} of {verification.Required} signatures hold, {verification.MissingCertificates.Count} certificates are missing";
        }

        found = (consensus, text);
        return null;
    }

    private Task<bool> FetchCertificatesAsync(HashSet<AuthorityKeyId> missing, CancellationToken cancel) =>
        authorities.AskAsync(
            new DirectoryRequest($"/tor/keys/fp-sk/{string.Join('+', missing)}.z"),
            response =>
            {
                AuthorityCertificate[] wanted = [.. AuthorityCertificate.ParseList(response.Body).Where(certificate => missing.Contains(certificate.KeyId))];
                environment.Store.AddCertificates(wanted);
                missing.ExceptWith(wanted.Select(certificate => certificate.KeyId));
                return missing.Count == 0 ? null : $"{response.Status}: {missing.Count} certificates are still missing";
            },
            cancel);
}
