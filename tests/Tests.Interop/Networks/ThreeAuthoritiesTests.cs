using System.Text;
using Tunic.Node.Commands;
using Tunic.Node.Storage;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Stock relays and clients under three authorities of ours, of which one dies and its keys fall into the wrong hands.</summary>
public sealed class ThreeAuthoritiesTests
{
    private const string CurrentPath = "tor/status-vote/current/consensus";
    private const string CacheName = "cached-microdesc-consensus";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(TunicTorNetwork.VotingInterval);

    [Fact]
    public async Task Two_go_on_without_the_third_and_neither_they_nor_clients_believe_its_lies()
    {
        await using TunicTorNetwork ours = await TunicTorNetwork.StartAsync(new TunicTorOptions { Authorities = 3 });
        await using StockTorNetwork stock = await StockTorNetwork.StartAsync(new StockTorOptions
        {
            Authorities = 0,
            Relays = 3,
            Exits = 2,
            ForeignAuthorities = ours.DirAuthorityLines,
            Bandwidths = ours.Bandwidths,
        });
        await using LoopbackHttpServer server = LoopbackHttpServer.Start();
        Consensus signedByAll = await WaitForConsensusAsync(ours.Authorities[0], consensus => consensus.Signatures.Count == 3);
        TunicTorNode client = ours.AddClient();
        await client.WaitForBootstrapAsync(Limit);
        await client.Process.StopAsync();

        await ours.Authorities[2].Process.KillAsync();
        Consensus signedByTwo = await WaitForConsensusAsync(
            ours.Authorities[0], consensus => consensus.ValidAfter > signedByAll.ValidAfter && consensus.Signatures.Count == 2);
        Assert.DoesNotContain(signedByTwo.Signatures, signature => signature.Identity.ToString() == ours.Authorities[2].AuthorityIdentity);
        await AssertFetchesAsync(stock.Clients[0].SocksPort, server);

        var store = new FileStateStore(ours.Authorities[2].DataDirectory);
        using AuthorityKeys keys = (await AuthorityKeyFiles.LoadAsync(store, CancellationToken.None))!;
        var liar = new LyingAuthority(keys, ours.Authorities[2].Name);
        DateTime voted = await VoteAsync(liar, ours);
        Consensus[] told = await Task.WhenAll(ours.Authorities.Take(2).Select(
            authority => WaitForConsensusAsync(authority, consensus => consensus.ValidAfter == voted)));
        Assert.Equal(told[0].SignedSha256, told[1].SignedSha256);
        AssertHonest(told[0], liar, stock);

        await AssertAlteredConsensusIsRefusedAsync(client, liar);
        await AssertFetchesAsync(client.SocksPort, server);
        await AssertFetchesAsync(stock.Clients[0].SocksPort, server);
    }

    /// <summary>Posts the lie for the coming round as soon as the round before is over. Tells for when both others have counted it.</summary>
    private static async Task<DateTime> VoteAsync(LyingAuthority liar, TunicTorNetwork ours)
    {
        DateTime voted = default;
        await Deadline.UntilAsync("both others take the liar's vote for one round", Limit, async () =>
        {
            byte[] text = await ours.Authorities[0].Directory.TryGetAsync("tor/status-vote/current/authority") ?? [];
            if (!Vote.TryParse(text, out Vote? honest, out _) || honest.ValidAfter + Interval == voted)
            {
                return false;
            }

            voted = honest.ValidAfter + Interval;
            byte[] lie = liar.Vote(honest, Interval);
            (int Status, string Reason)[] answers = await Task.WhenAll(ours.Authorities.Take(2).Select(
                authority => authority.Directory.PostAsync("tor/post/vote", lie)));
            return answers.All(answer => answer == (200, "Vote stored"));
        });
        return voted;
    }

    private static void AssertHonest(Consensus consensus, LyingAuthority liar, StockTorNetwork stock)
    {
        Assert.Contains(consensus.Voters, voter => voter.Identity == liar.Identity); // it was counted
        Assert.Equal(2, consensus.Signatures.Count);
        Assert.DoesNotContain(consensus.Relays, relay => relay.Nickname == LyingAuthority.MadeUpNickname);
        Assert.DoesNotContain("bwweightscale", consensus.Parameters.Keys);
        Assert.All(stock.Relays.Concat(stock.Exits), each =>
        {
            RouterStatus relay = consensus.Relays.Single(listed => listed.Identity.ToString() == each.Fingerprint);
            Assert.True(relay.Flags.HasFlag(RelayFlags.Running | RelayFlags.Valid), each.Name);
        });
    }

    /// <summary>The client finds in its cache a consensus that the liar altered and signed: it has one good signature of three.</summary>
    private static async Task AssertAlteredConsensusIsRefusedAsync(TunicTorNode client, LyingAuthority liar)
    {
        string cache = Path.Combine(client.DataDirectory, CacheName);
        string lie = liar.SignAltered(await File.ReadAllTextAsync(cache));
        await File.WriteAllTextAsync(cache, lie);

        client.Start();
        await client.Process.WaitForLineAsync($"{cache} cannot be used: its signatures do not hold. Remove it to have it fetched again; nothing was overwritten.", Limit);
        Assert.Equal(1, await client.Process.WaitForExitAsync(Limit));
        Assert.Equal(lie, await File.ReadAllTextAsync(cache));

        File.Delete(cache); // as it was told
        client.Start();
        await client.WaitForBootstrapAsync(Limit);
    }

    private static async Task AssertFetchesAsync(int socksPort, LoopbackHttpServer server)
    {
        CurlResult page = await Curl.ThroughSocks5(socksPort).GetAsync(server.Url("/bytes/300000"));

        Assert.True(page.HttpStatus == 200, page.Output);
        Assert.Equal(LoopbackHttpServer.Content(300_000), page.Body);
    }

    private static async Task<Consensus> WaitForConsensusAsync(TunicTorNode authority, Predicate<Consensus> fits)
    {
        Consensus? found = null;
        await Deadline.UntilAsync($"the consensus that {authority.Name} is to serve", Limit, async () =>
        {
            string text = await authority.Directory.TryGetTextAsync(CurrentPath) ?? "";
            return Consensus.TryParse(Encoding.UTF8.GetBytes(text), out found, out _) && fits(found);
        });
        return found!;
    }
}
