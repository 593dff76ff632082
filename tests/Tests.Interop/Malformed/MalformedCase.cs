namespace Tunic.Tests.Interop.Malformed;

/// <summary>One way to break the rules, and what stock tor answers to it. docs/spec/malformed-input.md lists them all.</summary>
/// <param name="Name">What is sent; also the row's name in the page.</param>
/// <param name="Stock">What stock answers, in the words of the peer that plays the case.</param>
internal abstract record MalformedCase(string Name, string Stock)
{
    /// <summary>What we answer: the same, but for a few cases.</summary>
    internal string Ours { get; init; } = Stock;

    /// <summary>Why that is another answer than stock's.</summary>
    internal string Why { get; init; } = "";
}

/// <summary>A case that a peer plays.</summary>
internal sealed record MalformedCase<TPeer>(string Name, string Stock, Func<TPeer, Task> Play) : MalformedCase(Name, Stock);

/// <summary>A case that is nothing but bytes: one part after the other, each when the one before was answered.</summary>
internal sealed record MalformedBytes(string Name, string Stock, byte[][] Parts) : MalformedCase(Name, Stock);
