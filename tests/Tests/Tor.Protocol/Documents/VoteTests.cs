using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class VoteTests
{
    [Theory]
    [InlineData("vote-0")]
    [InlineData("vote-1")]
    [InlineData("vote-2")]
    public void A_stock_vote_verifies_and_is_written_again_byte_for_byte(string name)
    {
        Vote vote = Read(name);

        Assert.StartsWith(
            Encoding.UTF8.GetString(VoteWriter.WriteUnsigned(vote)) + "directory-signature ", StockNetwork.ReadText(name), StringComparison.Ordinal);
    }

    [Fact]
    public void With_the_same_key_the_writer_makes_the_signature_that_stock_made()
    {
        using RsaPrivateKey key = StockNetwork.ReadRsaKey("authority-signing");

        Assert.Equal(StockNetwork.ReadText("vote-0"), Encoding.UTF8.GetString(VoteWriter.Write(Read("vote-0"), key)));
    }

    [Fact]
    public void The_consensus_names_the_votes_by_digest()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-2");

        foreach (Vote vote in (Vote[])[Read("vote-0"), Read("vote-1"), Read("vote-2")])
        {
            Assert.Equal(vote.Digest, consensus.Voters.Single(voter => voter.Identity == vote.Voter.Identity).VoteDigest);
        }
    }

    [Fact]
    public void The_fields_of_a_vote_are_what_the_text_says()
    {
        Vote vote = Read("vote-0");

        Assert.Equal([32, 33, 34, 35], vote.Methods);
        Assert.Equal("auth0", vote.Voter.Nickname);
        Assert.Equal(vote.Voter.Identity, vote.Certificate.Identity);
        Assert.True(vote.ParticipatesInSharedRandom);
        Assert.Equal(3, Read("vote-2").SharedRandomCommits.Count);
        Assert.Equal("sha3-256", vote.SharedRandomCommits[0].Algorithm);
        Assert.StartsWith("sha256=", vote.BandwidthFileDigest, StringComparison.Ordinal);
        Assert.StartsWith("timestamp=", vote.BandwidthFileHeaders, StringComparison.Ordinal);
        VoteRouterStatus relay = vote.Relays.Single(relay => relay.Status.Nickname == "relay1");
        Assert.Equal(1007u, relay.MeasuredBandwidth);
        Assert.True(relay.HasEd25519Listing && !relay.Ed25519Identity.IsZero);
        Assert.Equal(1.0, relay.Statistics!.WeightedFractionalUptime);
        Assert.Equal(
            relay.Status.Flags.ToString().Split(", ").Order(StringComparer.Ordinal),
            vote.KnownFlags.Where((_, index) => (relay.FlagMask & (1UL << index)) != 0));
    }

    [Theory]
    [InlineData("\ns Authority", "\ns Authority Unheard-of", "Flags line had a flag not listed in known_flags.")]
    [InlineData("Measured=1007", "Measured=x", "Invalid Measured Bandwidth")]
    [InlineData("\nid ed25519 ", "\nid ed25519 A", "Bogus ed25519 key in networkstatus vote")]
    [InlineData("network-status-version 3\n", "network-status-version 3 microdesc\n", "Flavor found on non-consensus networkstatus.")]
    [InlineData("vote-status vote", "vote-status opinion", "Got the wrong kind of v3 networkstatus.")]
    [InlineData("\ncontact auth0", "\ncontact auth1", "Error reading network-status document: signature does not match.")]
    [InlineData("dir-source auth0 7398", "dir-source auth0 0000", "Mismatch between identities in certificate and vote")]
    [InlineData("\nconsensus-methods 32 33", "\nconsensus-methods a b", "Unparseable time or methods in vote")]
    [InlineData("\ndir-key-expires 20", "\ndir-key-expires 21", "Error reading key certificate: signature does not match.")]
    public void Damaged_votes_are_refused(string original, string replacement, string reason)
    {
        string text = StockNetwork.ReadText("vote-0");
        Assert.Contains(original, text, StringComparison.Ordinal);

        Assert.False(Vote.TryParse(Encoding.UTF8.GetBytes(text.Replace(original, replacement, StringComparison.Ordinal)), out _, out DocumentFault? fault));
        Assert.Equal(reason, fault.Reason);
    }

    [Fact]
    public void Votes_that_follow_each_other_are_parted()
    {
        string[] texts = ["vote-0", "vote-1", "vote-2"];
        string joined = string.Concat(texts.Select(name => "@annotation\n" + StockNetwork.ReadText(name)));

        IReadOnlyList<ReadOnlyMemory<byte>> parts = VoteSplitter.Split(Encoding.UTF8.GetBytes(joined));

        Assert.Equal(3, parts.Count);
        Assert.True(Vote.TryParse(parts[2], out _, out _));
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        byte[] text = StockNetwork.Read("vote-0");
        Assert.Equal(0, DocumentHarness.CountAcceptedPrefixes(text, Parse));
        DocumentHarness.Mutate(text, seed: 61, rounds: 800, Parse);
    }

    private static Vote Read(string name)
    {
        Assert.True(Vote.TryParse(StockNetwork.Read(name), out Vote? vote, out DocumentFault? fault), fault?.Reason);
        return vote;
    }

    private static bool Parse(ReadOnlyMemory<byte> text) => Vote.TryParse(text, out _, out _);
}
