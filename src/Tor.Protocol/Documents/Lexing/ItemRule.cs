namespace Tunic.Tor.Protocol.Documents.Lexing;

/// <summary>What the format of one kind of document says of one keyword (dir-spec, "Document meta-format").</summary>
/// <remarks>Compared by reference: an item found under a rule is asked for with the same rule.</remarks>
internal sealed class ItemRule
{
    private ItemRule(string keyword, int minCount, int maxCount)
    {
        Keyword = keyword;
        KeywordBytes = System.Text.Encoding.ASCII.GetBytes(keyword);
        MinCount = minCount;
        MaxCount = maxCount;
    }

    public string Keyword { get; }

    public byte[] KeywordBytes { get; }

    public int MinCount { get; }

    public int MaxCount { get; }

    public int MinArguments { get; private init; }

    public int MaxArguments { get; private init; } = int.MaxValue;

    /// <summary>The rest of the line is one argument, spaces included.</summary>
    public bool TakesWholeLine { get; private init; }

    public ObjectRule Object { get; private init; }

    public bool MustBeFirst { get; private init; }

    public bool MustBeLast { get; private init; }

    public static ItemRule Once(string keyword) => new(keyword, 1, 1);

    public static ItemRule AtMostOnce(string keyword) => new(keyword, 0, 1);

    public static ItemRule AtLeastOnce(string keyword) => new(keyword, 1, int.MaxValue);

    public static ItemRule AnyNumber(string keyword) => new(keyword, 0, int.MaxValue);

    public ItemRule WithArguments(int atLeast, int atMost = int.MaxValue) =>
        Change(minArguments: atLeast, maxArguments: atMost);

    public ItemRule WithoutArguments() => Change(minArguments: 0, maxArguments: 0);

    public ItemRule WithWholeLine() => Change(takesWholeLine: true);

    public ItemRule WithObject(ObjectRule rule) => Change(rule: rule);

    public ItemRule First() => Change(first: true);

    public ItemRule Last() => Change(last: true);

    private ItemRule Change(
        int? minArguments = null,
        int? maxArguments = null,
        bool? takesWholeLine = null,
        ObjectRule? rule = null,
        bool? first = null,
        bool? last = null) => new(Keyword, MinCount, MaxCount)
        {
            MinArguments = minArguments ?? MinArguments,
            MaxArguments = maxArguments ?? MaxArguments,
            TakesWholeLine = takesWholeLine ?? TakesWholeLine,
            Object = rule ?? Object,
            MustBeFirst = first ?? MustBeFirst,
            MustBeLast = last ?? MustBeLast,
        };
}
