using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tests.Tor.Protocol.Voting.Tally;

public class ConsensusBuilderTests
{
    [Theory]
    [InlineData(ConsensusFlavor.Unflavored, "consensus-unsigned")]
    [InlineData(ConsensusFlavor.Microdescriptor, "consensus-microdesc-unsigned")]
    public void Stock_votes_give_the_stock_consensus_byte_for_byte(ConsensusFlavor flavor, string file)
    {
        var builder = new ConsensusBuilder(StockVoting.ReadVotes(), StockVoting.AuthorityCount, isSharedRandomFresh: false);
        Assert.Equal(StockVoting.ReadText(file), Encoding.UTF8.GetString(builder.Write(flavor)));
    }

    [Fact]
    public void The_order_of_the_votes_does_not_matter()
    {
        IReadOnlyList<Vote> votes = StockVoting.ReadVotes();
        byte[] one = new ConsensusBuilder(votes, 3, false).Write(ConsensusFlavor.Microdescriptor);
        byte[] other = new ConsensusBuilder([.. votes.Reverse()], 3, false).Write(ConsensusFlavor.Microdescriptor);
        Assert.Equal(one, other);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(2, 3, true)]
    [InlineData(1, 3, false)]
    public void More_than_half_of_the_authorities_must_vote(int votes, int authorities, bool expected) =>
        Assert.Equal(expected, ConsensusBuilder.IsPossible([.. StockVoting.ReadVotes().Take(votes)], authorities));

    [Fact]
    public void No_consensus_without_an_opinion_on_running() => Assert.False(ConsensusBuilder.IsPossible(
        [.. StockVoting.ReadVotes().Select(vote => vote with { KnownFlags = [.. vote.KnownFlags.Where(flag => flag != "Running")] })], 3));

    [Theory]
    [InlineData(35, "32 33 34 35|32 33 34 35|32 33 34 35")]
    [InlineData(33, "32 33|32 33 34 35|32 33 34 35")]
    [InlineData(35, "35 36|36|36")]
    [InlineData(35, "31|32|33")]
    public void The_method_is_the_highest_that_more_than_two_thirds_support(int expected, string methods)
    {
        Vote[] votes = [.. StockVoting.ReadVotes().Zip(methods.Split('|'), (vote, list) =>
            vote with { Methods = [.. list.Split(' ').Select(int.Parse)] })];
        Assert.Equal(expected, ConsensusBuilder.ChooseMethod(votes));
    }

    [Fact]
    public void Method_32_shows_publication_times_in_the_microdescriptor_flavour()
    {
        Vote[] votes = [.. StockVoting.ReadVotes().Select(vote => vote with { Methods = [32] })];
        string text = Encoding.UTF8.GetString(new ConsensusBuilder(votes, 3, false).Write(ConsensusFlavor.Microdescriptor));
        Assert.Contains("consensus-method 32\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("2038-01-01", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relay_in_one_vote_of_three_is_left_out()
    {
        IReadOnlyList<Vote> votes = StockVoting.ReadVotes();
        RsaIdentity relay = votes[0].Relays[0].Status.Identity;
        Vote[] thinned = [votes[0], .. votes.Skip(1).Select(vote => vote with { Relays = [.. vote.Relays.Where(entry => entry.Status.Identity != relay)] })];
        string text = Encoding.UTF8.GetString(new ConsensusBuilder(thinned, 3, false).Write(ConsensusFlavor.Unflavored));
        Assert.DoesNotContain($" {relay.ToBase64()} ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Disagreement_about_the_Ed25519_identity_gives_NoEdConsensus()
    {
        IReadOnlyList<Vote> votes = StockVoting.ReadVotes();
        RsaIdentity relay = votes[0].Relays[0].Status.Identity;
        Vote[] disagreeing = [.. votes.Select((vote, index) => vote with
        {
            Relays = [.. vote.Relays.Select(entry => entry.Status.Identity != relay ? entry : entry with { Ed25519Identity = Other(index) })],
        })];
        string text = Encoding.UTF8.GetString(new ConsensusBuilder(disagreeing, 3, false).Write(ConsensusFlavor.Unflavored));
        int start = text.IndexOf($" {relay.ToBase64()} ", StringComparison.Ordinal);
        Assert.Contains("NoEdConsensus", text[start..text.IndexOf("\npr ", start, StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public void A_fresh_shared_random_value_needs_two_thirds()
    {
        Vote[] votes = [.. StockVoting.ReadVotes().Select((vote, index) => index < 2 ? vote : vote with { CurrentSharedRandom = null })];
        Assert.Contains("shared-rand-current-value", Write(votes, isFresh: true), StringComparison.Ordinal);
        votes[1] = votes[1] with { Parameters = new Dictionary<string, int>(votes[1].Parameters) { ["AuthDirNumSRVAgreements"] = 3 } };
        votes[0] = votes[0] with { Parameters = new Dictionary<string, int>(votes[0].Parameters) { ["AuthDirNumSRVAgreements"] = 3 } };
        Assert.DoesNotContain("shared-rand-current-value", Write(votes, isFresh: true), StringComparison.Ordinal);
        Assert.Contains("shared-rand-current-value", Write(votes, isFresh: false), StringComparison.Ordinal);
    }

    private static string Write(Vote[] votes, bool isFresh) =>
        Encoding.UTF8.GetString(new ConsensusBuilder(votes, 3, isFresh).Write(ConsensusFlavor.Unflavored));

    private static Ed25519Identity Other(int number)
    {
        var bytes = new byte[Ed25519Identity.Length];
        bytes[0] = (byte)(number + 1);
        return new Ed25519Identity(bytes);
    }
}
