using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Rounds;

namespace Tunic.Tests.Tor.Protocol.Voting.Rounds;

public sealed class ReceivedVoteTests
{
    private static readonly ReadOnlyMemory<byte> Text = StockVoting.Read("votes");

    [Fact]
    public void The_vote_of_a_stranger_is_not_read()
    {
        Vote vote = Known(Text);
        ReceivedVote strange = ReceivedVote.Read(VoteSplitter.Split(Text)[0], new HashSet<RsaIdentity> { default });
        Assert.True(strange.IsStrange);
        Assert.Null(strange.Vote);

        ReceivedVote known = ReceivedVote.Read(VoteSplitter.Split(Text)[0], new HashSet<RsaIdentity> { vote.Voter.Identity });
        Assert.False(known.IsStrange);
        Assert.Equal(vote.Digest, known.Vote!.Digest);
    }

    [Fact]
    public void No_more_votes_are_read_than_there_are_authorities()
    {
        ReadOnlyMemory<byte> twice = (byte[])[.. Text.Span, .. Text.Span];
        Assert.Single(ReceivedVote.ReadAll(twice, new HashSet<RsaIdentity> { Known(Text).Voter.Identity }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("network-status-version 3\n")]
    [InlineData("network-status-version 3\ndir-source ")]
    [InlineData("network-status-version 3\ndir-source \n")]
    [InlineData("network-status-version 3\ndir-source name\n")]
    [InlineData("network-status-version 3\ndir-source name zzz x\n")]
    public void Text_without_a_source_is_neither_strange_nor_a_vote(string text)
    {
        ReceivedVote received = ReceivedVote.Read(Encoding.ASCII.GetBytes(text), new HashSet<RsaIdentity>());
        Assert.False(received.IsStrange);
        Assert.Null(received.Vote);
    }

    private static Vote Known(ReadOnlyMemory<byte> text)
    {
        Assert.True(Vote.TryParse(VoteSplitter.Split(text)[0], out Vote? vote, out _));
        return vote;
    }
}
