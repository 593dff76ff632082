using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Rounds;
using Tunic.Tor.Protocol.Voting.Signatures;
using Tunic.Tor.Protocol.Voting.Uploads;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tor.Relay.Authority;

/// <summary>Answers what only an authority answers: uploads, votes, signatures (dir-spec, "Exchanging votes"; dirvote.c, dircache.c).</summary>
public sealed class AuthorityDirectoryHandler(AuthorityService authority) : IDirectoryHandler
{
    private const string UploadPath = "/tor/";
    private const string VotePath = "/tor/post/vote";
    private const string SignaturePath = "/tor/post/consensus-signature";
    private const string StatusPrefix = "/tor/status-vote/";
    private const string BandwidthsPath = StatusPrefix + "next/bandwidth";
    private const string OwnKeyPath = "/tor/keys/authority";
    private const int MaxUploadLength = 1 << 20;
    private const int MaxVoteLength = 1 << 24;

    private static readonly TimeSpan _votesLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _bandwidthsLifetime = TimeSpan.FromMinutes(30); // stock BANDWIDTH_CACHE_LIFETIME
    private static readonly TimeSpan _keyLifetime = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public int MaxBodyLength(string path) => path switch
    {
        UploadPath => MaxUploadLength,
        VotePath => MaxVoteLength,
        SignaturePath => DetachedSignatures.MaxLength,
        _ => 0,
    };

    /// <inheritdoc/>
    public async ValueTask<DirectoryAnswer?> HandleAsync(DirectoryQuery query, CancellationToken cancel) =>
        query.IsPost ? Post(query)
        : query.Path == BandwidthsPath ? await GetBandwidthsAsync(query, cancel)
        : Get(query);

    /// <summary>The file that the next vote is made with, as it is (stock handle_get_next_bandwidth).</summary>
    private async ValueTask<DirectoryAnswer> GetBandwidthsAsync(DirectoryQuery query, CancellationToken cancel) =>
        await authority.ReadBandwidthTextAsync(cancel) is { } text
            ? DirectoryAnswer.Documents([text], query.BestEncoding, _bandwidthsLifetime, statesLength: true)
            : DirectoryAnswer.NotFound;

    private DirectoryAnswer? Post(DirectoryQuery query) => query.Path switch
    {
        UploadPath => Answer(authority.ReceiveUpload(query.Body)),
        VotePath => Answer(authority.ReceiveVotes(query.Body)),
        SignaturePath => Answer(authority.ReceiveSignatures(query.Body)),
        _ => null,
    };

    private static DirectoryAnswer Answer(PostAnswer answer) => DirectoryAnswer.Short(answer.Status, answer.Message);

    private static DirectoryAnswer Answer(UploadAnswer answer) => answer.IsNotNew
        ? DirectoryAnswer.Short(200, "OK") with { ExtraHeaders = ["X-Descriptor-Not-New: Yes"] }
        : DirectoryAnswer.Short(answer.Status, answer.Message);

    private DirectoryAnswer? Get(DirectoryQuery query)
    {
        if (query.Path == OwnKeyPath)
        {
            ReadOnlyMemory<byte> own = authority.Read(each => each.Certificates.Values.First(certificate => certificate.Identity == each.Identity).Text);
            return DirectoryAnswer.Documents([own], query.BestEncoding, _keyLifetime, statesLength: true);
        }

        string path = query.Path;
        bool isCurrent = path.StartsWith(StatusPrefix + "current/", StringComparison.Ordinal);
        if (!isCurrent && !path.StartsWith(StatusPrefix + "next/", StringComparison.Ordinal))
        {
            return null;
        }

        string resource = path[(path.IndexOf('/', StatusPrefix.Length) + 1)..];
        if (isCurrent && resource.StartsWith("consensus", StringComparison.Ordinal))
        {
            return null; // the store's own handler knows differences and signers
        }

        ReadOnlyMemory<byte>[] found = [.. authority.Read(each => Find(each, resource, isCurrent).ToArray())];
        return found.Length == 0 ? DirectoryAnswer.NotFound : DirectoryAnswer.Documents(found, query.BestEncoding, _votesLifetime);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Find(VotingAuthority voting, string resource, bool isCurrent)
    {
        switch (resource)
        {
            case "consensus" or "consensus-microdesc":
                var flavor = resource == "consensus" ? ConsensusFlavor.Unflavored : ConsensusFlavor.Microdescriptor;
                return voting.Box.Pending.Where(each => each.Consensus.Flavor == flavor).Select(each => (ReadOnlyMemory<byte>)each.ToBytes());
            case "consensus-signatures":
                return !isCurrent && voting.Box.DetachedText is { } signatures ? [signatures] : [];
            case "authority":
                return Votes([voting.Votes.Find(voting.Identity, isCurrent)]);
        }

        return resource.StartsWith("d/", StringComparison.Ordinal)
            ? Votes(ResourceList.ParseDigests(resource[2..]).Select(voting.Votes.Find))
            : Votes(ResourceList.ParseIdentities(resource).Select(identity => voting.Votes.Find(identity, isCurrent)));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Votes(IEnumerable<PendingVote?> votes) => votes.OfType<PendingVote>().Select(vote => vote.Text);
}
