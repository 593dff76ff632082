using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Votes;

namespace Tunic.Tor.Protocol.Voting.Rounds;

/// <summary>A vote as it came, read before a <see cref="VotingAuthority"/> takes it: its owner reads megabytes of a stranger's without holding up the round.</summary>
/// <param name="Text">The whole document; aliases what it was read from.</param>
/// <param name="Vote">What it says; null when it cannot be read, or was not because of <paramref name="IsStrange"/>.</param>
/// <param name="IsStrange">Whether its <c>dir-source</c> line names none of the authorities.</param>
public sealed record ReceivedVote(ReadOnlyMemory<byte> Text, Vote? Vote, bool IsStrange)
{
    private static ReadOnlySpan<byte> SourceKeyword => "dir-source "u8;

    /// <summary>Reads votes that follow each other.</summary>
    /// <param name="body">The votes.</param>
    /// <param name="authorities">v3 identities of those who vote: votes of others are not read, nor more votes than there are authorities.</param>
    public static IReadOnlyList<ReceivedVote> ReadAll(ReadOnlyMemory<byte> body, IReadOnlySet<RsaIdentity> authorities) =>
        [.. VoteSplitter.Split(body).Take(authorities.Count).Select(text => Read(text, authorities))];

    /// <summary>Reads one vote.</summary>
    /// <param name="text">The vote.</param>
    /// <param name="authorities">v3 identities of those who vote: the vote of another one is not read.</param>
    public static ReceivedVote Read(ReadOnlyMemory<byte> text, IReadOnlySet<RsaIdentity> authorities) =>
        TryFindSource(text.Span, out RsaIdentity source) && !authorities.Contains(source) ? new ReceivedVote(text, null, IsStrange: true)
        : new ReceivedVote(text, Vote.TryParse(text, out Vote? vote, out _) ? vote : null, IsStrange: false);

    /// <summary>The identity in the first <c>dir-source</c> line: its second argument.</summary>
    private static bool TryFindSource(ReadOnlySpan<byte> text, out RsaIdentity source)
    {
        source = default;
        int start = SignedRegion.IndexOfLine(text, SourceKeyword);
        if (start < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> arguments = text[(start + SourceKeyword.Length)..];
        int nameEnd = arguments.IndexOf((byte)' ');
        ReadOnlySpan<byte> identity = arguments[(nameEnd + 1)..];
        int identityEnd = identity.IndexOf((byte)' ');
        return nameEnd > 0 && identityEnd > 0 && FieldText.TryParseFingerprint(identity[..identityEnd], out source);
    }
}
