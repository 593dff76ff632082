using System.Text;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tests.Tor.Protocol.Voting;

/// <summary>The files of Vectors/StockVoting.</summary>
internal static class StockVoting
{
    public const int AuthorityCount = 3;

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "StockVoting", name));

    public static string ReadText(string name) => Encoding.UTF8.GetString(Read(name));

    public static IReadOnlyList<Vote> ReadVotes() => [.. VoteSplitter.Split(Read("votes")).Select(ParseVote)];

    private static Vote ParseVote(ReadOnlyMemory<byte> text)
    {
        Assert.True(Vote.TryParse(text, out Vote? vote, out var fault), fault?.Reason);
        return vote;
    }
}
