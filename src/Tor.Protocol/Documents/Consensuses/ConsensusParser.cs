using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Reads one consensus. One malformed part refuses the whole, since the authorities signed the whole.</summary>
internal sealed class ConsensusParser(ReadOnlyMemory<byte> text)
{
    private readonly DocumentLexer _lexer = new(ConsensusFormat.Preamble);
    private ConsensusFlavor _flavor;
    private int _method = 1;
    private string _failure = "";

    public bool TryParse([NotNullWhen(true)] out Consensus? consensus, [NotNullWhen(false)] out DocumentFault? fault)
    {
        consensus = Parse();
        fault = consensus is null ? new DocumentFault(DocumentFaultKind.Malformed, _failure) : null;
        return consensus is not null;
    }

    /// <summary>The part that the authorities sign; length 0 when there is none.</summary>
    public static (int Start, int Length) FindSignedPart(ReadOnlySpan<byte> text) =>
        SignedRegion.Find(text, "network-status-version"u8, "directory-signature"u8, ' ');

    private Consensus? Parse()
    {
        (int start, int length) = FindSignedPart(text.Span);
        if (length == 0)
        {
            return Fail("Unable to compute digest of network-status");
        }

        int preambleEnd = RouterStatusParser.FindEnd(text.Span, 0);
        if (!_lexer.TryRead(text, 0, preambleEnd, out string? lexical))
        {
            return Fail(lexical);
        }

        if (_lexer.Items[0].Start != start || !TryReadKind())
        {
            return Fail(_failure.Length == 0 ? "Unable to compute digest of network-status" : _failure);
        }

        var reader = new StatusPreambleReader(_lexer, isVote: false);
        if (reader.Read() is not { } preamble)
        {
            return Fail(reader.Failure);
        }

        int position = preambleEnd;
        if (ReadRelays(ref position) is not { } relays)
        {
            return null;
        }

        var footer = new StatusFooterReader(preamble.Voters);
        return footer.Read(text, position) is { } failure ? Fail(failure) : Build(preamble, relays, footer, text.Span.Slice(start, length));
    }

    private bool TryReadKind()
    {
        ReadOnlySpan<byte> flavor = _lexer.Find(ConsensusFormat.Version).Argument(1);
        _flavor = flavor.SequenceEqual("microdesc"u8) ? ConsensusFlavor.Microdescriptor : ConsensusFlavor.Unflavored;
        if (flavor.Length != 0 && _flavor == ConsensusFlavor.Unflavored && !flavor.SequenceEqual("ns"u8))
        {
            _failure = "Can't parse document with unknown flavor";
            return false;
        }

        if (!_lexer.Find(ConsensusFormat.VoteStatus).Argument(0).SequenceEqual("consensus"u8))
        {
            _failure = "Got the wrong kind of v3 networkstatus.";
            return false;
        }

        if (_lexer.TryFind(ConsensusFormat.Method, out DocumentItem method))
        {
            bool good = FieldText.TryParseNumber(method.Argument(0), 1, int.MaxValue, out long number);
            _method = good ? (int)number : 0;
            _failure = good ? "" : "Unparseable consensus-method";
            return good;
        }

        return true;
    }

    private List<RouterStatus>? ReadRelays(ref int position)
    {
        var parser = new RouterStatusParser(_flavor == ConsensusFlavor.Microdescriptor, isVote: false);
        var relays = new List<RouterStatus>();
        while (text.Span[position..].StartsWith("r "u8))
        {
            int end = RouterStatusParser.FindEnd(text.Span, position);
            if (!parser.TryParse(text, position, end, out RouterStatus? relay, out string failure))
            {
                Fail(failure);
                return null;
            }

            if (relays.Count > 0 && relays[^1].Identity >= relay!.Identity)
            {
                Fail("Networkstatus entries not sorted by identity digest");
                return null;
            }

            relays.Add(relay!);
            position = end;
        }

        return relays;
    }

    private Consensus Build(StatusPreamble preamble, List<RouterStatus> relays, StatusFooterReader footer, ReadOnlySpan<byte> signed)
    {
        var sha3 = new byte[Digest256.Length];
        Sha3.Hash256(signed, sha3);
        return new Consensus
        {
            Flavor = _flavor,
            Method = _method,
            ValidAfter = preamble.ValidAfter,
            FreshUntil = preamble.FreshUntil,
            ValidUntil = preamble.ValidUntil,
            VoteDelay = preamble.VoteDelay,
            DistributionDelay = preamble.DistributionDelay,
            KnownFlags = preamble.KnownFlags,
            Parameters = preamble.Parameters,
            ClientVersions = preamble.ClientVersions,
            ServerVersions = preamble.ServerVersions,
            RecommendedClientProtocols = preamble.RecommendedClientProtocols,
            RecommendedRelayProtocols = preamble.RecommendedRelayProtocols,
            RequiredClientProtocols = preamble.RequiredClientProtocols,
            RequiredRelayProtocols = preamble.RequiredRelayProtocols,
            PreviousSharedRandom = preamble.PreviousSharedRandom?.Value,
            PreviousSharedRandomReveals = preamble.PreviousSharedRandom?.Reveals ?? 0,
            CurrentSharedRandom = preamble.CurrentSharedRandom?.Value,
            CurrentSharedRandomReveals = preamble.CurrentSharedRandom?.Reveals ?? 0,
            Voters = preamble.Voters,
            Relays = relays,
            BandwidthWeights = footer.Weights,
            Signatures = footer.Signatures,
            SignedSha1 = new Digest160(SHA1.HashData(signed)),
            SignedSha256 = new Digest256(SHA256.HashData(signed)),
            SignedSha3 = new Digest256(sha3),
        };
    }

    private Consensus? Fail(string failure)
    {
        _failure = failure;
        return null;
    }
}
