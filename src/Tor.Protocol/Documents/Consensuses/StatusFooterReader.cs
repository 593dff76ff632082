using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Consensuses;

/// <summary>Reads the footer of a consensus or vote: bandwidth weights and signatures.</summary>
internal sealed class StatusFooterReader(IReadOnlyList<ConsensusVoter> voters)
{
    private const int MinSignatureLength = 128;
    private const int MaxSignatureLength = 512;

    private readonly DocumentLexer _lexer = new(ConsensusFormat.Footer);
    private readonly List<ConsensusSignature> _signatures = [];
    private readonly Dictionary<string, int> _weights = new(StringComparer.Ordinal);

    public IReadOnlyList<ConsensusSignature> Signatures => _signatures;

    public IReadOnlyDictionary<string, int> Weights => _weights;

    /// <summary>Null, or what is wrong.</summary>
    public string? Read(ReadOnlyMemory<byte> text, int start)
    {
        if (!_lexer.TryRead(text, start, text.Length, out string? failure))
        {
            return failure;
        }

        bool signing = false;
        for (int index = 0; index < _lexer.Items.Count; index++)
        {
            DocumentItem item = _lexer.Items[index];
            bool isSignature = ReferenceEquals(item.Rule, ConsensusFormat.DirectorySignature);
            if (signing && !isSignature)
            {
                return "Extraneous token after first directory-signature";
            }

            if (ReferenceEquals(item.Rule, ConsensusFormat.DirectoryFooter) && index != 0)
            {
                return "Misplaced directory-footer token";
            }

            signing |= isSignature;
            string? itemFailure = isSignature ? ReadSignature(item)
                : ReferenceEquals(item.Rule, ConsensusFormat.BandwidthWeights) ? ReadWeights(item) : null;
            if (itemFailure is not null)
            {
                return itemFailure;
            }
        }

        return _signatures.Count == 0 ? "No signatures on networkstatus document." : null;
    }

    private string? ReadWeights(DocumentItem item)
    {
        ArgumentReader words = item.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            int equals = word.IndexOf((byte)'=');
            if (equals < 0 || !FieldText.TryParseInt32(word[(equals + 1)..], out int value))
            {
                return "Bad element in weight params";
            }

            _weights[Encoding.UTF8.GetString(word[..equals])] = value;
        }

        return null;
    }

    private string? ReadSignature(DocumentItem item)
    {
        ArgumentReader words = item.Arguments;
        var algorithm = ConsensusDigestAlgorithm.Sha1;
        if (words.CountRest() > 2)
        {
            ReadOnlySpan<byte> name = words.Next();
            if (!name.SequenceEqual("sha1"u8) && !name.SequenceEqual("sha256"u8))
            {
                return null; // an algorithm of the future does not spoil the others
            }

            algorithm = name.SequenceEqual("sha256"u8) ? ConsensusDigestAlgorithm.Sha256 : ConsensusDigestAlgorithm.Sha1;
        }

        byte[] signature = item.DecodeObject();
        if (!item.HasLabel("SIGNATURE"u8) || signature.Length is < MinSignatureLength or > MaxSignatureLength)
        {
            return "Bad object type or length on directory-signature";
        }

        if (!FieldText.TryParseFingerprint(words.Next(), out RsaIdentity identity))
        {
            return "Error decoding declared identity in network-status document.";
        }

        if (!voters.Any(voter => voter.Identity == identity))
        {
            return "ID on signature on network-status document does not match any declared directory source.";
        }

        Span<byte> signingKey = stackalloc byte[Digest160.Length];
        if (!FieldText.TryParseHex(words.Next(), signingKey))
        {
            return "Error decoding declared signing key digest in network-status document.";
        }

        // Of two signatures by one authority the first counts, as in stock tor.
        if (!_signatures.Any(other => other.Identity == identity && other.Algorithm == algorithm))
        {
            _signatures.Add(new ConsensusSignature(algorithm, identity, new Digest160(signingKey), signature));
        }

        return null;
    }
}
