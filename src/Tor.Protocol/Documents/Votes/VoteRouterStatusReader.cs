using System.Buffers.Text;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Votes;

/// <summary>Reads what a vote says of a relay beyond what a consensus says.</summary>
internal sealed class VoteRouterStatusReader(IReadOnlyList<string> knownFlags)
{
    private const int MaxMethod = 100_000;

    private readonly Dictionary<string, int> _flagIndexes =
        knownFlags.Select((flag, index) => (flag, index)).ToDictionary(pair => pair.flag, pair => pair.index, StringComparer.Ordinal);

    public string Failure { get; private set; } = "";

    public VoteRouterStatus? Read(RouterStatus status, DocumentLexer lexer)
    {
        ulong mask = 0;
        uint? measured = null;
        uint? measuredButAuthority = null;
        var result = new VoteRouterStatus { Status = status };
        if (!TryReadFlags(lexer, ref mask) || !TryReadMeasured(lexer, ref measured, ref measuredButAuthority)
            || ReadIdentity(result, lexer) is not { } identified)
        {
            return null;
        }

        return identified with
        {
            FlagMask = mask,
            MeasuredBandwidth = measured,
            MeasuredButAuthority = measuredButAuthority,
            Microdescriptors = ReadMicrodescriptors(lexer),
            Statistics = lexer.TryFind(RouterStatusFormat.Stats, out DocumentItem line) ? ReadStatistics(line) : null,
        };
    }

    private bool TryReadFlags(DocumentLexer lexer, ref ulong mask)
    {
        ArgumentReader words = lexer.Find(RouterStatusFormat.S).Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            if (!_flagIndexes.TryGetValue(Encoding.UTF8.GetString(word), out int index))
            {
                Failure = "Flags line had a flag not listed in known_flags.";
                return false;
            }

            mask |= 1UL << index;
        }

        return true;
    }

    private bool TryReadMeasured(DocumentLexer lexer, ref uint? measured, ref uint? measuredButAuthority)
    {
        if (!lexer.TryFind(RouterStatusFormat.W, out DocumentItem line))
        {
            return true;
        }

        ArgumentReader words = line.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            int equals = word.IndexOf((byte)'=');
            bool good = FieldText.TryParseNumber(equals < 0 ? default : word[(equals + 1)..], 0, uint.MaxValue, out long value);
            if (word.StartsWith("Measured="u8))
            {
                if (!good)
                {
                    Failure = "Invalid Measured Bandwidth";
                    return false;
                }

                measured = (uint)value;
            }
            else if (good && word.StartsWith("MeasuredButAuthority="u8))
            {
                measuredButAuthority = (uint)value;
            }
        }

        return true;
    }

    private VoteRouterStatus? ReadIdentity(VoteRouterStatus status, DocumentLexer lexer)
    {
        foreach (DocumentItem item in lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, RouterStatusFormat.Id) || !item.Argument(0).SequenceEqual("ed25519"u8))
            {
                continue;
            }

            Ed25519Identity identity = default;
            if (!item.Argument(1).SequenceEqual("none"u8) && !FieldText.TryParseEd25519(item.Argument(1), out identity))
            {
                Failure = "Bogus ed25519 key in networkstatus vote";
                return null;
            }

            status = status with { HasEd25519Listing = true, Ed25519Identity = identity };
        }

        return status;
    }

    private static List<VoteMicrodescriptor> ReadMicrodescriptors(DocumentLexer lexer)
    {
        var found = new List<VoteMicrodescriptor>();
        foreach (DocumentItem item in lexer.Items)
        {
            // A line that is not understood only means that the vote has no microdescriptor for those methods.
            if (ReferenceEquals(item.Rule, RouterStatusFormat.M) && item.Argument(1).StartsWith("sha256="u8)
                && FieldText.TryParseDigest256(item.Argument(1)["sha256=".Length..], out Digest256 digest)
                && TryParseMethods(item.ArgumentAsText(0), ',', out List<int> methods))
            {
                found.Add(new VoteMicrodescriptor(methods, digest));
            }
        }

        return found;
    }

    /// <summary>Reads "32,33,34" or, with a space, "32 33 34".</summary>
    public static bool TryParseMethods(string text, char separator, out List<int> methods)
    {
        methods = [];
        foreach (string word in text.Split(separator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!FieldText.TryParseNumber(Encoding.UTF8.GetBytes(word), 1, MaxMethod, out long method))
            {
                return false;
            }

            methods.Add((int)method);
        }

        return methods.Count > 0;
    }

    private static VoteStatistics? ReadStatistics(DocumentItem line)
    {
        double uptime = 0;
        double betweenFailures = 0;
        long known = 0;
        ArgumentReader words = line.Arguments;
        for (ReadOnlySpan<byte> word = words.Next(); word.Length != 0; word = words.Next())
        {
            bool good = true;
            if (word.StartsWith("wfu="u8))
            {
                good = Utf8Parser.TryParse(word["wfu=".Length..], out uptime, out _);
            }
            else if (word.StartsWith("tk="u8))
            {
                good = FieldText.TryParseNumber(word["tk=".Length..], 0, long.MaxValue, out known);
            }
            else if (word.StartsWith("mtbf="u8))
            {
                good = Utf8Parser.TryParse(word["mtbf=".Length..], out betweenFailures, out _);
            }

            if (!good)
            {
                return null;
            }
        }

        return new VoteStatistics(uptime, known, betweenFailures);
    }
}
