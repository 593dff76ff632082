using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Authorities;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>Reads one vote (ns_parse.c gives the rules).</summary>
internal sealed class VoteParser(ReadOnlyMemory<byte> text)
{
    private readonly DocumentLexer _lexer = new(VoteFormat.Preamble);
    private DocumentFaultKind _faultKind = DocumentFaultKind.Malformed;
    private string _failure = "";

    public bool TryParse([NotNullWhen(true)] out Vote? vote, [NotNullWhen(false)] out DocumentFault? fault)
    {
        vote = Parse();
        fault = vote is null ? new DocumentFault(_faultKind, _failure) : null;
        return vote is not null;
    }

    private Vote? Parse()
    {
        (int start, int length) = ConsensusParser.FindSignedPart(text.Span);
        if (length == 0)
        {
            return Fail("Unable to compute digest of network-status");
        }

        int preambleEnd = RouterStatusParser.FindEnd(text.Span, 0);
        if (!_lexer.TryRead(text, 0, preambleEnd, out string? lexical))
        {
            return Fail(lexical);
        }

        if (_lexer.Items[0].Start != start)
        {
            return Fail("Unable to compute digest of network-status");
        }

        if (_lexer.Find(ConsensusFormat.Version).Arguments.CountRest() > 1)
        {
            return Fail("Flavor found on non-consensus networkstatus.");
        }

        if (!_lexer.Find(ConsensusFormat.VoteStatus).Argument(0).SequenceEqual("vote"u8))
        {
            return Fail("Got the wrong kind of v3 networkstatus.");
        }

        var reader = new StatusPreambleReader(_lexer, isVote: true);
        return reader.Read() is not { } preamble ? Fail(reader.Failure)
            : ReadCertificate(preambleEnd) is not { } certificate ? null
            : Build(preamble, certificate, preambleEnd, new Digest160(SHA1.HashData(text.Span.Slice(start, length))));
    }

    private AuthorityCertificate? ReadCertificate(int preambleEnd)
    {
        int start = _lexer.Find(AuthorityCertificateFormat.Version).Start;
        if (AuthorityCertificate.TryParse(text[start..preambleEnd], out AuthorityCertificate? certificate, out DocumentFault? fault))
        {
            return certificate;
        }

        Fail(fault.Reason);
        return null;
    }

    private Vote? Build(StatusPreamble preamble, AuthorityCertificate certificate, int position, Digest160 digest)
    {
        if (preamble.Voters.Count != 1)
        {
            return Fail("Too many dir-source elements in a vote networkstatus.");
        }

        if (preamble.Voters[0].Identity != certificate.Identity)
        {
            return Fail("Mismatch between identities in certificate and vote");
        }

        if (!FieldText.TryParseTime(_lexer.Find(VoteFormat.Published).RestOfLine, out DateTime published)
            || !VoteRouterStatusReader.TryParseMethods(_lexer.Find(VoteFormat.Methods).RestAsText(), ' ', out List<int> methods))
        {
            return Fail("Unparseable time or methods in vote");
        }

        return ReadRelays(preamble.KnownFlags, ref position) is { } relays && CheckSignature(preamble, certificate, position, digest)
            ? ReadRest(Create(preamble, certificate, relays, digest) with { Methods = methods, Published = published })
            : null;
    }

    private static Vote Create(
        StatusPreamble preamble, AuthorityCertificate certificate, IReadOnlyList<VoteRouterStatus> relays, Digest160 digest) => new()
        {
            Methods = [],
            Published = default,
            ValidAfter = preamble.ValidAfter,
            FreshUntil = preamble.FreshUntil,
            ValidUntil = preamble.ValidUntil,
            VoteDelay = preamble.VoteDelay,
            DistributionDelay = preamble.DistributionDelay,
            ClientVersions = preamble.ClientVersions,
            ServerVersions = preamble.ServerVersions,
            RecommendedClientProtocols = preamble.RecommendedClientProtocols,
            RecommendedRelayProtocols = preamble.RecommendedRelayProtocols,
            RequiredClientProtocols = preamble.RequiredClientProtocols,
            RequiredRelayProtocols = preamble.RequiredRelayProtocols,
            KnownFlags = preamble.KnownFlags,
            Parameters = preamble.Parameters,
            Voter = preamble.Voters[0] with { VoteDigest = digest },
            PreviousSharedRandom = preamble.PreviousSharedRandom?.Value,
            PreviousSharedRandomReveals = preamble.PreviousSharedRandom?.Reveals ?? 0,
            CurrentSharedRandom = preamble.CurrentSharedRandom?.Value,
            CurrentSharedRandomReveals = preamble.CurrentSharedRandom?.Reveals ?? 0,
            Certificate = certificate,
            Relays = relays,
            Digest = digest,
        };

    private Vote ReadRest(Vote vote) => vote with
    {
        FlagThresholds = ReadText(VoteFormat.FlagThresholds),
        BandwidthFileHeaders = ReadText(VoteFormat.BandwidthFileHeaders),
        BandwidthFileDigest = ReadText(VoteFormat.BandwidthFileDigest),
        LegacyIdentity = _lexer.TryFind(VoteFormat.LegacyKey, out DocumentItem item)
            && FieldText.TryParseFingerprint(item.Argument(0), out RsaIdentity legacy) ? legacy : null,
        ParticipatesInSharedRandom = _lexer.TryFind(VoteFormat.Participate, out _),
        SharedRandomCommits = ReadCommits(),
    };

    private List<VoteRouterStatus>? ReadRelays(IReadOnlyList<string> knownFlags, ref int position)
    {
        var parser = new RouterStatusParser(isMicrodescriptorFlavor: false, isVote: true);
        var reader = new VoteRouterStatusReader(knownFlags);
        var relays = new List<VoteRouterStatus>();
        var identities = new HashSet<Ed25519Identity>();
        while (text.Span[position..].StartsWith("r "u8))
        {
            int end = RouterStatusParser.FindEnd(text.Span, position);
            if (!parser.TryParse(text, position, end, out RouterStatus? status, out string failure)
                || reader.Read(status!, parser.Lexer) is not { } relay)
            {
                Fail(failure.Length != 0 ? failure : reader.Failure);
                return null;
            }

            if (relays.Count > 0 && relays[^1].Status.Identity >= status!.Identity)
            {
                Fail("Networkstatus entries not sorted by identity digest");
                return null;
            }

            if (!relay.Ed25519Identity.IsZero && !identities.Add(relay.Ed25519Identity))
            {
                Fail("Vote networkstatus ed25519 identities were not unique");
                return null;
            }

            relays.Add(relay);
            position = end;
        }

        return relays;
    }

    private bool CheckSignature(StatusPreamble preamble, AuthorityCertificate certificate, int position, Digest160 digest)
    {
        var footer = new StatusFooterReader(preamble.Voters);
        _failure = footer.Read(text, position) ?? "";
        if (_failure.Length != 0)
        {
            return false;
        }

        _failure = footer.Signatures.Count > 1 ? "Received more than one signature on a network-status vote." : "";
        if (_failure.Length != 0)
        {
            return false;
        }

        if (!certificate.SigningKey.VerifyDigest(digest.ToArray(), footer.Signatures[0].Signature.Span))
        {
            _failure = "Error reading network-status document: signature does not match.";
            _faultKind = DocumentFaultKind.BadSignature;
            return false;
        }

        return true;
    }

    private List<SharedRandomCommit> ReadCommits()
    {
        var commits = new List<SharedRandomCommit>();
        foreach (DocumentItem item in _lexer.Items)
        {
            if (ReferenceEquals(item.Rule, VoteFormat.Commit) && item.Arguments.CountRest() >= 4
                && FieldText.TryParseNumber(item.Argument(0), 1, int.MaxValue, out long version)
                && FieldText.TryParseFingerprint(item.Argument(2), out RsaIdentity identity))
            {
                string? reveal = item.Arguments.CountRest() > 4 ? item.ArgumentAsText(4) : null;
                commits.Add(new SharedRandomCommit((int)version, item.ArgumentAsText(1), identity, item.ArgumentAsText(3), reveal));
            }
        }

        return commits;
    }

    private string? ReadText(ItemRule rule) => _lexer.TryFind(rule, out DocumentItem item) ? item.RestAsText() : null;

    private Vote? Fail(string failure)
    {
        _failure = failure;
        return null;
    }
}
