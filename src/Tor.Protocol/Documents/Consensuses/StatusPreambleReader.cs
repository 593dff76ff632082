using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Reads the common part of the preamble from items that the lexer has checked (ns_parse.c gives the rules).</summary>
internal sealed class StatusPreambleReader(DocumentLexer lexer, bool isVote)
{
    // Stock tor demands 300 s, and 10 s in a test network. The authorities sign it, so the smaller limit serves both.
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    private const int MinDelaySeconds = 2;

    private bool _isMalformed;

    /// <summary>What is wrong, when <see cref="Read"/> gives null.</summary>
    public string Failure { get; private set; } = "";

    public StatusPreamble? Read()
    {
        var preamble = new StatusPreamble
        {
            RecommendedClientProtocols = ReadProtocols(ConsensusFormat.RecommendedClient),
            RecommendedRelayProtocols = ReadProtocols(ConsensusFormat.RecommendedRelay),
            RequiredClientProtocols = ReadProtocols(ConsensusFormat.RequiredClient),
            RequiredRelayProtocols = ReadProtocols(ConsensusFormat.RequiredRelay),
            ValidAfter = ReadTime(ConsensusFormat.ValidAfter),
            FreshUntil = ReadTime(ConsensusFormat.FreshUntil),
            ValidUntil = ReadTime(ConsensusFormat.ValidUntil),
            VoteDelay = ReadDelay(0, "Vote seconds is too short"),
            DistributionDelay = ReadDelay(1, "Dist seconds is too short"),
            ClientVersions = ReadOptional(ConsensusFormat.ClientVersions),
            ServerVersions = ReadOptional(ConsensusFormat.ServerVersions),
            KnownFlags = ReadKnownFlags(),
            Parameters = ReadParameters(),
            Voters = ReadVoters(),
            PreviousSharedRandom = ReadSharedRandom(ConsensusFormat.PreviousSharedRandom),
            CurrentSharedRandom = ReadSharedRandom(ConsensusFormat.CurrentSharedRandom),
        };
        if (preamble.ValidAfter + MinInterval > preamble.FreshUntil)
        {
            Fail("Vote/consensus freshness interval is too short");
        }

        if (preamble.ValidAfter + (2 * MinInterval) > preamble.ValidUntil)
        {
            Fail("Vote/consensus liveness interval is too short");
        }

        // Stock tor takes such a consensus, and an assertion ends it.
        if (!isVote && preamble.FreshUntil >= preamble.ValidUntil)
        {
            Fail("Consensus is fresh for as long as it is valid");
        }

        return _isMalformed ? null : preamble;
    }

    private string? ReadOptional(ItemRule rule) => lexer.TryFind(rule, out DocumentItem item) ? item.RestAsText() : null;

    private ProtocolVersions? ReadProtocols(ItemRule rule)
    {
        if (ReadOptional(rule) is not { } text)
        {
            return null;
        }

        if (!ProtocolVersions.TryParse(text, out ProtocolVersions protocols))
        {
            Fail($"Malformed {rule.Keyword}");
        }

        return protocols;
    }

    private DateTime ReadTime(ItemRule rule)
    {
        if (!FieldText.TryParseTime(lexer.Find(rule).RestOfLine, out DateTime time))
        {
            Fail($"Unparseable time in {rule.Keyword}");
        }

        // Keeps sums with the intervals of the protocol inside the range of the type.
        return time < DateTime.MaxValue.AddYears(-1) ? time : DateTime.MaxValue.AddYears(-1);
    }

    private TimeSpan ReadDelay(int index, string tooShort)
    {
        if (!FieldText.TryParseNumber(lexer.Find(ConsensusFormat.VotingDelay).Argument(index), 0, int.MaxValue, out long seconds))
        {
            Fail("Unparseable voting-delay");
            return TimeSpan.Zero;
        }

        if (seconds < MinDelaySeconds)
        {
            Fail(tooShort);
        }

        return TimeSpan.FromSeconds(seconds);
    }

    private List<string> ReadKnownFlags()
    {
        var flags = new List<string>();
        ArgumentReader words = lexer.Find(ConsensusFormat.KnownFlags).Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            flags.Add(Encoding.UTF8.GetString(word));
        }

        if (flags.Zip(flags.Skip(1)).Any(pair => string.CompareOrdinal(pair.First, pair.Second) >= 0))
        {
            Fail("known-flags not in order");
        }

        if (isVote && flags.Count > 64)
        {
            Fail("Too many known-flags in consensus vote or opinion");
        }

        return flags;
    }

    private Dictionary<string, int> ReadParameters()
    {
        var parameters = new Dictionary<string, int>(StringComparer.Ordinal);
        if (!lexer.TryFind(ConsensusFormat.Params, out DocumentItem line))
        {
            return parameters;
        }

        ReadOnlySpan<byte> previous = default;
        ArgumentReader words = line.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            int equals = word.IndexOf((byte)'=');
            if (equals < 0 || !FieldText.TryParseInt32(word[(equals + 1)..], out int value))
            {
                Fail("Bad element in params");
                return parameters;
            }

            if (previous.SequenceCompareTo(word) >= 0)
            {
                Fail("params not in order");
            }

            if (!parameters.TryAdd(Encoding.UTF8.GetString(word[..equals]), value))
            {
                Fail("Duplicate in parameters");
            }

            previous = word;
        }

        return parameters;
    }

    private (long Reveals, Digest256 Value)? ReadSharedRandom(ItemRule rule)
    {
        // A malformed value is only left out: stock tor goes on without it.
        return lexer.TryFind(rule, out DocumentItem line)
            && FieldText.TryParseNumber(line.Argument(0), 0, long.MaxValue, out long reveals)
            && line.Argument(1).Length == 44 && FieldText.TryParseDigest256(line.Argument(1), out Digest256 value) ? (reveals, value) : null;
    }

    private List<ConsensusVoter> ReadVoters()
    {
        var voters = new List<ConsensusVoter>();
        foreach (DocumentItem item in lexer.Items)
        {
            if (ReferenceEquals(item.Rule, ConsensusFormat.DirSource))
            {
                if (ReadVoter(item) is { } voter)
                {
                    voters.Add(voter);
                }
            }
            else if (ReferenceEquals(item.Rule, ConsensusFormat.Contact))
            {
                if (voters.Count == 0 || voters[^1].Contact is not null)
                {
                    Fail("contact element is out of place.");
                    return voters;
                }

                voters[^1] = voters[^1] with { Contact = item.RestAsText() };
            }
            else if (ReferenceEquals(item.Rule, ConsensusFormat.VoteDigest) && !TryAddVoteDigest(voters, item))
            {
                return voters;
            }
        }

        return voters;
    }

    private bool TryAddVoteDigest(List<ConsensusVoter> voters, DocumentItem item)
    {
        Span<byte> digest = stackalloc byte[Digest160.Length];
        if (voters.Count == 0 || !voters[^1].VoteDigest.IsZero)
        {
            return Fail("vote-digest element is out of place.");
        }

        if (!FieldText.TryParseHex(item.Argument(0), digest))
        {
            return Fail("Error decoding vote digest in network-status consensus.");
        }

        voters[^1] = voters[^1] with { VoteDigest = new Digest160(digest) };
        return true;
    }

    private ConsensusVoter? ReadVoter(DocumentItem item)
    {
        ArgumentReader words = item.Arguments;
        string nickname = Encoding.UTF8.GetString(words.Next());
        if (!FieldText.TryParseFingerprint(words.Next(), out RsaIdentity identity))
        {
            Fail("Error decoding identity digest in network-status document.");
            return null;
        }

        string hostName = Encoding.UTF8.GetString(words.Next());
        if (!FieldText.TryParseIPv4(words.Next(), out IPAddress? address))
        {
            Fail("Error decoding IP address in network-status.");
            return null;
        }

        if (!FieldText.TryParsePort(words.Next(), out ushort directoryPort) || !FieldText.TryParsePort(words.Next(), out ushort port))
        {
            Fail("Bad port in dir-source");
            return null;
        }

        return new ConsensusVoter
        {
            Nickname = nickname,
            Identity = identity,
            HostName = hostName,
            Address = address,
            DirectoryPort = directoryPort,
            OnionRouterPort = port,
        };
    }

    private bool Fail(string failure)
    {
        Failure = _isMalformed ? Failure : failure; // the first one is the one to report
        _isMalformed = true;
        return false;
    }
}
