namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>The rules of all keywords that one kind of document (or one section of it) knows. Others are ignored there.</summary>
internal sealed class DocumentFormat(params ItemRule[] rules)
{
    public IReadOnlyList<ItemRule> Rules { get; } = rules;

    /// <summary>The position of the keyword's rule; -1 for an unknown keyword.</summary>
    public int IndexOf(ReadOnlySpan<byte> keyword)
    {
        // A table has 10 to 40 rows and most differ in length: faster than hashing.
        for (int index = 0; index < rules.Length; index++)
        {
            if (keyword.SequenceEqual(rules[index].KeywordBytes))
            {
                return index;
            }
        }

        return -1;
    }
}
