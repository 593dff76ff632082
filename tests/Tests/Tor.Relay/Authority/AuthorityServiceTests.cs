using System.Text;
using Tunic.Primitives.Storage;
using Tunic.Tests.Simulation;
using Tunic.Tests.Tor.Protocol.Voting;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Relay.DirectoryCache.Serving;

namespace Tunic.Tests.TorRelay.Authority;

public class AuthorityServiceTests
{
    private static readonly MadeRelay[] Relays = [.. Enumerable.Range(1, 3).Select(number => new MadeRelay(number))];

    [Fact]
    public async Task Three_authorities_publish_one_consensus_as_soon_as_all_relays_have_uploaded()
    {
        await using var network = new MemoryNetwork(Relays);
        await network.StartAsync(3);
        await UploadAsync(network, 3);
        Consensus[] published = await Task.WhenAll(Enumerable.Range(0, 3).Select(network.PublishedAsync));
        Assert.Single(published.Select(consensus => consensus.SignedSha256).Distinct());
        Assert.All(published, consensus => Assert.Equal(3, consensus.Relays.Count));
        Assert.All(published, consensus => Assert.Equal(3, consensus.Signatures.Count));

        // What clients ask for is in the store, microdescriptors and certificates included.
        Assert.Equal(200, (await network.AskAsync(1, "GET /tor/status-vote/current/consensus-microdesc")).Status);
        string list = string.Join('-', published[0].Relays.Select(relay => relay.MicrodescriptorDigest.ToBase64()));
        Assert.Equal(3, MemoryNetwork.Text(await network.AskAsync(1, $"GET /tor/micro/d/{list}")).Split("onion-key\n-----BEGIN").Length - 1);
        Assert.Equal(3, MemoryNetwork.Text(await network.AskAsync(2, "GET /tor/keys/all")).Split("dir-key-certificate-version").Length - 1);
        Assert.Equal(200, (await network.AskAsync(0, $"GET /tor/server/fp/{Relays[0].Identity}")).Status);
    }

    [Fact]
    public async Task Votes_are_served_by_identity_by_digest_and_as_the_own_one()
    {
        await using var network = new MemoryNetwork(Relays);
        await network.StartAsync(2);
        await UploadAsync(network, 2);
        await Task.WhenAll(network.PublishedAsync(0), network.PublishedAsync(1));
        string own = MemoryNetwork.Text(await network.AskAsync(0, "GET /tor/status-vote/current/authority"));
        Assert.True(Vote.TryParse(Encoding.UTF8.GetBytes(own), out Vote? vote, out _));
        Assert.Equal(own, MemoryNetwork.Text(await network.AskAsync(1, $"GET /tor/status-vote/current/{vote.Voter.Identity}")));
        Assert.Equal(own, MemoryNetwork.Text(await network.AskAsync(1, $"GET /tor/status-vote/next/d/{vote.Digest}.z")));
        Assert.Equal(404, (await network.AskAsync(0, "GET /tor/status-vote/next/authority")).Status);
        Assert.Equal(404, (await network.AskAsync(0, "GET /tor/status-vote/next/consensus-signatures")).Status);
        Assert.Equal(404, (await network.AskAsync(0, "GET /tor/status-vote/next/consensus")).Status);
        Assert.Contains(vote.Voter.Identity.ToString(), MemoryNetwork.Text(await network.AskAsync(0, "GET /tor/keys/authority")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uploads_are_answered_in_the_words_of_stock_tor()
    {
        await using var network = new MemoryNetwork(Relays);
        await network.StartAsync(1);
        byte[] good = Relays[0].Write(MemoryNetwork.Now);
        AssertAnswer(200, "[None]", await network.AskAsync(0, "POST /tor/", good));
        DirectoryAnswer again = await network.AskAsync(0, "POST /tor/", good);
        AssertAnswer(200, "OK", again);
        Assert.Equal(["X-Descriptor-Not-New: Yes"], again.ExtraHeaders);
        AssertAnswer(
            400, "Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct.",
            await network.AskAsync(0, "POST /tor/", Relays[1].Write(MemoryNetwork.Now.AddDays(-2))));
        AssertAnswer(400, "Unable to parse vote", await network.AskAsync(0, "POST /tor/post/vote", "x"u8.ToArray()));
        AssertAnswer(400, "Couldn't parse detached signatures.", await network.AskAsync(0, "POST /tor/post/consensus-signature", "x"u8.ToArray()));
    }

    [Fact]
    public async Task What_an_authority_remembers_survives_a_restart()
    {
        var first = new MemoryNetwork(Relays);
        await using (first)
        {
            await first.StartAsync(1);
            await UploadAsync(first, 1);
            await first.PublishedAsync(0);
        }

        Assert.Contains("Commit 1 sha3-256", await ReadAsync(first, "sr-state"), StringComparison.Ordinal);
        Assert.Contains($"R {Relays[0].Identity}", await ReadAsync(first, "router-stability"), StringComparison.Ordinal);
        Assert.Contains(Relays[0].Identity.ToBase64(), await ReadAsync(first, "key-pinning-journal"), StringComparison.Ordinal);

        await using var second = new MemoryNetwork(Relays);
        second.States.Add(0, first.States[0]);
        second.Stores.Add(0, first.Stores[0]);
        await second.StartAsync(1);
        Assert.Equal(200, (await second.AskAsync(0, "GET /tor/status-vote/current/consensus")).Status);
        var imposter = new MadeRelay(1); // the same Ed25519 identity under another RSA key
        Assert.StartsWith("Looks like your keypair has changed?", (await second.AskAsync(0, "POST /tor/", imposter.Write(MemoryNetwork.Now))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_a_full_disk_nor_an_unreadable_bandwidth_file_ends_the_votes()
    {
        await using var network = new MemoryNetwork(Relays) { ReadBandwidths = () => throw new IOException("moved away for a moment") };
        var disk = new FailingStateStore(new MemoryStateStore()) { IsFailing = true };
        network.States.Add(0, disk);
        await network.StartAsync(1);
        await UploadAsync(network, 1);

        Assert.Equal(3, (await network.PublishedAsync(0)).Relays.Count);

        Assert.Contains("key-pinning-journal", disk.Refused);
    }

    private static void AssertAnswer(int status, string reason, DirectoryAnswer answer) => Assert.Equal((status, reason), (answer.Status, answer.Reason));

    private static async Task<string> ReadAsync(MemoryNetwork network, string name) =>
        Encoding.UTF8.GetString((await network.States[0].ReadAsync(name, default))!);

    private static async Task UploadAsync(MemoryNetwork network, int count)
    {
        foreach (MadeRelay relay in Relays)
        {
            byte[] text = relay.Write(MemoryNetwork.Now);
            for (int index = 0; index < count; index++)
            {
                AssertAnswer(200, "[None]", await network.AskAsync(index, "POST /tor/", text));
            }
        }
    }
}
