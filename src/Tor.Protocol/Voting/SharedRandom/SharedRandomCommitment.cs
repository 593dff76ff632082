using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>One authority's commitment of a protocol run, perhaps with its reveal (srv-spec, "Shared random commitment line").</summary>
/// <remarks>The texts are kept as they came: votes repeat them, and the hash is over the text of the reveal, not over its bytes.</remarks>
public sealed record SharedRandomCommitment
{
    private const int DecodedLength = 8 + Digest256.Length;
    private const int EncodedLength = 56;
    private const string Algorithm = "sha3-256";

    private SharedRandomCommitment()
    {
    }

    /// <summary>Version of the protocol.</summary>
    public const uint Version = 1;

    /// <summary>The v3 identity of the authority.</summary>
    public required RsaIdentity Authority { get; init; }

    /// <summary>The commitment in base64: time stamp and hash of the reveal.</summary>
    public required string EncodedCommit { get; init; }

    /// <summary>Seconds since 1970 in the commitment.</summary>
    public ulong CommitTime { get; private init; }

    /// <summary>SHA3-256 of the text of the reveal.</summary>
    public Digest256 HashedReveal { get; private init; }

    /// <summary>The reveal in base64: time stamp and random number; null before it is revealed.</summary>
    public string? EncodedReveal { get; private init; }

    /// <summary>Seconds since 1970 in the reveal.</summary>
    public ulong RevealTime { get; private init; }

    /// <summary>A fresh commitment of our own, which knows its reveal.</summary>
    public static SharedRandomCommitment Generate(RsaIdentity authority, DateTime timestamp, RandomSource random)
    {
        Span<byte> secret = stackalloc byte[DecodedLength];
        Span<byte> number = stackalloc byte[Digest256.Length];
        BinaryPrimitives.WriteInt64BigEndian(secret, UnixSeconds.Of(timestamp));
        random.Fill(number);

        // Hashed once, so that no raw output of the random generator is ever published.
        Sha3.Hash256(number, secret[8..]);
        string reveal = Convert.ToBase64String(secret);
        Span<byte> commit = stackalloc byte[DecodedLength];
        secret[..8].CopyTo(commit);
        HashReveal(reveal, commit[8..]);
        var result = new SharedRandomCommitment
        {
            Authority = authority,
            EncodedCommit = Convert.ToBase64String(commit),
            CommitTime = BinaryPrimitives.ReadUInt64BigEndian(commit),
            HashedReveal = new Digest256(commit[8..]),
            EncodedReveal = reveal,
            RevealTime = BinaryPrimitives.ReadUInt64BigEndian(secret),
        };
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(number);
        return result;
    }

    /// <summary>Reads the words of a "shared-rand-commit" or "Commit" line: version, algorithm, fingerprint, commitment and perhaps the reveal.</summary>
    /// <returns>Null for anything malformed or of a newer version.</returns>
    public static SharedRandomCommitment? Parse(IReadOnlyList<string> words)
    {
        if (words.Count < 4
            || !uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint version) || version > Version
            || words[1] != Algorithm || !RsaIdentity.TryParseHex(words[2], out RsaIdentity authority))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[DecodedLength];
        if (!TryDecode(words[3], bytes))
        {
            return null;
        }

        var commit = new SharedRandomCommitment
        {
            Authority = authority,
            EncodedCommit = words[3],
            CommitTime = BinaryPrimitives.ReadUInt64BigEndian(bytes),
            HashedReveal = new Digest256(bytes[8..]),
        };
        if (words.Count == 4)
        {
            return commit;
        }

        return !TryDecode(words[4], bytes)
            ? null
            : commit with { EncodedReveal = words[4], RevealTime = BinaryPrimitives.ReadUInt64BigEndian(bytes) };
    }

    /// <summary>The commitments in a vote; malformed ones are left out.</summary>
    public static IEnumerable<SharedRandomCommitment> ParseAll(IEnumerable<SharedRandomCommit> lines) => lines
        .Select(line => Parse([$"{line.Version}", line.Algorithm, line.Identity.ToString(), line.Commitment, .. line.Reveal is null ? [] : new[] { line.Reveal }]))
        .OfType<SharedRandomCommitment>();

    /// <summary>Whether the reveal is there, and is what was committed to.</summary>
    public bool HasValidReveal()
    {
        if (EncodedReveal is null || CommitTime != RevealTime)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[Digest256.Length];
        HashReveal(EncodedReveal, hash);
        return new Digest256(hash) == HashedReveal;
    }

    /// <summary>The same commitment without the reveal: what a vote shows before the reveal phase.</summary>
    public SharedRandomCommitment WithoutReveal() => this with { EncodedReveal = null, RevealTime = 0 };

    /// <summary>The line for a vote.</summary>
    public SharedRandomCommit ToVoteLine() => new((int)Version, Algorithm, Authority, EncodedCommit, EncodedReveal);

    /// <summary>The words of the line, with the reveal if it is there.</summary>
    public override string ToString() =>
        $"{Version} {Algorithm} {Authority} {EncodedCommit}{(EncodedReveal is null ? "" : " " + EncodedReveal)}";

    private static bool TryDecode(string text, Span<byte> bytes) =>
        text.Length <= EncodedLength && Ascii.IsValid(text) && Base64Text.TryDecodeExactly(Encoding.ASCII.GetBytes(text), bytes);

    private static void HashReveal(string text, Span<byte> hash)
    {
        // Text without the final "==" decodes too; stock tor then hashes its buffer, which ends with zeros.
        Span<byte> padded = stackalloc byte[EncodedLength];
        padded.Clear();
        Encoding.ASCII.GetBytes(text, padded);
        Sha3.Hash256(padded, hash);
    }
}
