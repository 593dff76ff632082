using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>Cuts a document into items and checks them against its format (dir-spec, "Document meta-format").</summary>
/// <remarks>
/// As strict and as lenient as stock tor: unknown keywords are kept without a rule, blank lines and leading spaces are skipped,
/// the word "opt" before a keyword is dropped. Reusable: each call to <see cref="TryRead"/> starts afresh.
/// </remarks>
internal sealed class DocumentLexer(DocumentFormat format)
{
    /// <summary>Most words on one line; implementation limit of stock tor.</summary>
    public const int MaxArguments = 512;

    /// <summary>Longest line in bytes; implementation limit of stock tor.</summary>
    public const int MaxLineLength = 128 * 1024;

    /// <summary>Longest object in bytes of base64; implementation limit of stock tor.</summary>
    public const int MaxObjectLength = 128 * 1024;

    private readonly int[] _counts = new int[format.Rules.Count];
    private readonly List<DocumentItem> _items = [];
    private string? _failure;

    /// <summary>The items in the order of the document.</summary>
    public IReadOnlyList<DocumentItem> Items => _items;

    /// <summary>Reads the part of the document from <paramref name="start"/> to <paramref name="end"/>.</summary>
    /// <param name="document">The whole document; offsets of items refer to it.</param>
    /// <param name="start">First byte of the part.</param>
    /// <param name="end">End of the part.</param>
    /// <param name="failure">What is wrong, in stock tor's words.</param>
    public bool TryRead(ReadOnlyMemory<byte> document, int start, int end, [NotNullWhen(false)] out string? failure)
    {
        _items.Clear();
        Array.Clear(_counts);
        _failure = null;
        if (document.Span[start..end].Contains((byte)0))
        {
            failure = "internal NUL character.";
            return false;
        }

        int position = SkipSpace(document.Span, start, end);
        while (position < end)
        {
            if (!TryReadItem(document, ref position, end))
            {
                failure = _failure!;
                return false;
            }

            position = SkipSpace(document.Span, position, end);
        }

        failure = CheckCounts();
        return failure is null;
    }

    /// <summary>The first item with the rule.</summary>
    public bool TryFind(ItemRule rule, out DocumentItem item)
    {
        foreach (DocumentItem candidate in _items)
        {
            if (ReferenceEquals(candidate.Rule, rule))
            {
                item = candidate;
                return true;
            }
        }

        item = default;
        return false;
    }

    /// <summary>The item with a rule that the format demands.</summary>
    public DocumentItem Find(ItemRule rule) =>
        TryFind(rule, out DocumentItem item) ? item : throw new InvalidOperationException($"{rule.Keyword} is not required by the format");

    private bool TryReadItem(ReadOnlyMemory<byte> document, ref int position, int end)
    {
        ReadOnlySpan<byte> text = document.Span;
        int lineEnd = LineEnd(text, position, end);
        if (lineEnd - position > MaxLineLength)
        {
            return Fail("Line far too long");
        }

        int keywordEnd = WordEnd(text, position, lineEnd);
        if (text[position..keywordEnd].SequenceEqual("opt"u8))
        {
            position = SkipBlanks(text, keywordEnd, lineEnd);
            keywordEnd = WordEnd(text, position, lineEnd);
        }

        int index = format.IndexOf(text[position..keywordEnd]);
        ItemRule? rule = index < 0 ? null : format.Rules[index];
        var item = new DocumentItem
        {
            Document = document,
            Rule = rule,
            Start = position,
            ArgumentsStart = SkipBlanks(text, keywordEnd, lineEnd),
            LineEnd = lineEnd,
            End = Math.Min(lineEnd + 1, end),
        };
        position = lineEnd;
        if ((rule is not null && !CheckArguments(rule, item)) || !TryReadObject(ref item, ref position, end))
        {
            return false;
        }

        if (index >= 0)
        {
            _counts[index]++;
        }

        _items.Add(item);
        return true;
    }

    private bool CheckArguments(ItemRule rule, DocumentItem item)
    {
        if (rule.TakesWholeLine)
        {
            return true;
        }

        int count = item.Arguments.CountRest();
        return count > MaxArguments ? Fail($"Far too many arguments to {rule.Keyword}")
            : count < rule.MinArguments ? Fail($"Too few arguments to {rule.Keyword}")
            : count <= rule.MaxArguments || Fail($"Too many arguments to {rule.Keyword}");
    }

    private bool TryReadObject(ref DocumentItem item, ref int position, int end)
    {
        ReadOnlySpan<byte> text = item.Document.Span;
        int begin = SkipSpace(text, position, end);
        int beginEnd = LineEnd(text, begin, end);
        if (beginEnd == end || !text[begin..beginEnd].StartsWith("-----BEGIN "u8))
        {
            return CheckObject(item);
        }

        if (beginEnd - begin <= 16 || !text[begin..beginEnd].EndsWith("-----"u8))
        {
            return Fail("Malformed object: bad begin line");
        }

        ReadOnlySpan<byte> label = text[(begin + 11)..(beginEnd - 5)];
        int body = beginEnd + 1;
        int length = text[body..end].IndexOf("-----END "u8);
        if (length < 0)
        {
            return Fail("Malformed object: missing object end line");
        }

        int finish = LineEnd(text, body + length, end);
        ReadOnlySpan<byte> last = text[(body + length + 9)..finish];
        if (last.Length != label.Length + 5 || !last.StartsWith(label) || !last.EndsWith("-----"u8))
        {
            return Fail("Malformed object: mismatched end tag");
        }

        if (length > MaxObjectLength)
        {
            return Fail("Couldn't parse object: missing footer or object much too big.");
        }

        item = item with { Label = (begin + 11, label.Length), Body = (body, length), End = Math.Min(finish + 1, end) };
        position = finish;
        return Base64Text.IsValid(text.Slice(body, length)) ? CheckObject(item) : Fail("Malformed object: bad base64-encoded data");
    }

    private bool CheckObject(DocumentItem item)
    {
        ObjectRule rule = item.Rule?.Object ?? ObjectRule.Any;
        string keyword = item.Rule?.Keyword ?? "";
        bool isKey = item.HasObject && item.HasLabel("RSA PUBLIC KEY"u8);
        RsaPublicKey? key = isKey && rule is ObjectRule.RsaKey or ObjectRule.RsaKey1024 or ObjectRule.OptionalRsaKey1024
            ? item.DecodeRsaKey() : null;
        return rule switch
        {
            ObjectRule.Any => true,
            ObjectRule.None => !item.HasObject || Fail(isKey ? "Unexpected public key." : $"Unexpected object for {keyword}"),
            ObjectRule.Required => isKey ? Fail("Unexpected public key.") : item.HasObject || Fail($"Missing object for {keyword}"),
            _ when isKey && key is null => Fail("Couldn't parse public key."),
            ObjectRule.OptionalRsaKey1024 when !item.HasObject => true,
            ObjectRule.OptionalRsaKey1024 when !isKey => Fail($"Unexpected object for {keyword}"),
            _ when key is null => Fail($"Missing public key for {keyword}"),
            ObjectRule.RsaKey => true,
            _ => key.KeySizeBits == 1024 || Fail($"Wrong size on key for {keyword}: {key.KeySizeBits} bits"),
        };
    }

    private string? CheckCounts()
    {
        for (int index = 0; index < _counts.Length; index++)
        {
            ItemRule rule = format.Rules[index];
            if (_counts[index] < rule.MinCount)
            {
                return $"missing {rule.Keyword} element.";
            }

            if (_counts[index] > rule.MaxCount)
            {
                return $"too many {rule.Keyword} elements.";
            }

            if (rule.MustBeFirst && (_items.Count == 0 || !ReferenceEquals(_items[0].Rule, rule)))
            {
                return $"first item is not {rule.Keyword}.";
            }

            if (rule.MustBeLast && (_items.Count == 0 || !ReferenceEquals(_items[^1].Rule, rule)))
            {
                return $"last item is not {rule.Keyword}.";
            }
        }

        return null;
    }

    private bool Fail(string failure)
    {
        _failure = failure;
        return false;
    }

    private static int LineEnd(ReadOnlySpan<byte> text, int start, int end)
    {
        int length = text[start..end].IndexOf((byte)'\n');
        return length < 0 ? end : start + length;
    }

    private static int WordEnd(ReadOnlySpan<byte> text, int start, int lineEnd)
    {
        int length = text[start..lineEnd].IndexOfAny((byte)' ', (byte)'\t');
        return length < 0 ? lineEnd : start + length;
    }

    private static int SkipSpace(ReadOnlySpan<byte> text, int start, int end)
    {
        int length = text[start..end].IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\n');
        return length < 0 ? end : start + length;
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int start, int lineEnd)
    {
        int length = text[start..lineEnd].IndexOfAnyExcept((byte)' ', (byte)'\t');
        return length < 0 ? lineEnd : start + length;
    }
}
