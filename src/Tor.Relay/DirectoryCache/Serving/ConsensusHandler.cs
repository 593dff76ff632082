using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Relay.DirectoryCache.Serving;

/// <summary>/tor/status-vote/current/consensus[-FLAVOUR][/diff/HASH][/FP+FP...] (dir-spec, "Consensus status documents"; dircache.c).</summary>
internal sealed class ConsensusHandler(DirectoryStore store, TimeProvider time) : IDirectoryHandler
{
    private const string Prefix = "/tor/status-vote/current/consensus";
    private const string DiffPrefix = "diff/";
    private static readonly TimeSpan _tolerance = TimeSpan.FromHours(24);

    /// <inheritdoc/>
    public ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
        ValueTask.FromResult(
            !query.IsPost && query.Path.StartsWith(Prefix, StringComparison.Ordinal) ? Answer(query, time.GetUtcNow().UtcDateTime) : null);

    private DirectoryAnswer Answer(DirectoryQuery query, DateTime now)
    {
        if (!TryReadPath(query.Path, out ConsensusFlavor flavor, out Digest256? diffInPath, out string? wantedSigners))
        {
            return DirectoryAnswer.Short(404, "Couldn't parse request");
        }

        IReadOnlyList<Digest256> bases = diffInPath is { } only ? [only] : ReadBases(query);
        CachedConsensus? consensus = store.Current.ConsensusOf(flavor);
        if (consensus is not null && bases.Contains(consensus.SignedSha3))
        {
            return DirectoryAnswer.NotModified;
        }

        ServedText? diff = consensus is null ? null : bases.Select(consensus.FindDiff).FirstOrDefault(found => found is not null);
        if (diffInPath is not null && diff is null)
        {
            return DirectoryAnswer.Short(404, "No such diff available");
        }

        if (consensus is null)
        {
            return DirectoryAnswer.NotFound;
        }

        if (Refusal(consensus, wantedSigners, now) is { } refusal)
        {
            return DirectoryAnswer.Short(404, refusal);
        }

        if (consensus.ValidAfter < query.IfModifiedSince)
        {
            return DirectoryAnswer.NotModified;
        }

        // Caches must not mix up answers to askers with different bases.
        return DirectoryAnswer.Prepared(diff ?? consensus.Text, query.BestEncoding, consensus.FreshUntil - now) with
        {
            ExtraHeaders = ["Vary: X-Or-Diff-From-Consensus"],
        };
    }

    private static string? Refusal(CachedConsensus consensus, string? wantedSigners, DateTime now) =>
        consensus.ValidAfter - _tolerance > now ? "Consensus is too new"
        : consensus.ValidUntil + _tolerance < now ? "Consensus is too old"
        : wantedSigners is not null && !HasEnoughOf(wantedSigners, consensus) ? "Consensus not signed by sufficient number of requested authorities"
        : null;

    /// <summary>More than half of the authorities in the list must have signed; each is given by the beginning of its identity.</summary>
    private static bool HasEnoughOf(string list, CachedConsensus consensus)
    {
        string[] wanted = list.Split('+');
        string[] signers = [.. consensus.Signers.Select(signer => signer.ToString())];
        int found = wanted.Count(prefix => Array.Exists(signers, signer => signer.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
        return found > wanted.Length / 2;
    }

    /// <summary>As in stock tor an unknown flavour is taken for the unflavoured one.</summary>
    private static bool TryReadPath(string path, out ConsensusFlavor flavor, out Digest256? diff, out string? signers)
    {
        string rest = path[Prefix.Length..];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string name = slash < 0 ? rest : rest[..slash];
        flavor = name == "-microdesc" ? ConsensusFlavor.Microdescriptor : ConsensusFlavor.Unflavored;
        diff = null;
        signers = slash < 0 ? null : rest[(slash + 1)..];
        if (signers is null || !signers.StartsWith(DiffPrefix, StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = signers[DiffPrefix.Length..].Split('/', 2);
        signers = parts.Length == 2 ? parts[1] : null;
        bool good = Digest256.TryParseHex(parts[0], out Digest256 digest);
        diff = digest;
        return good;
    }

    private static List<Digest256> ReadBases(DirectoryQuery query)
    {
        var bases = new List<Digest256>();
        foreach (string word in (query.FindHeader("X-Or-Diff-From-Consensus") ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Digest256.TryParseHex(word, out Digest256 digest))
            {
                bases.Add(digest);
            }
        }

        return bases;
    }
}
