namespace Tunic.Tor.Protocol.Control.Arguments;

/// <summary>What arguments a command takes (stock's control_cmd_syntax_t).</summary>
public sealed record ControlSyntax
{
    /// <summary>Any number of positional arguments and no keywords.</summary>
    public static ControlSyntax Words { get; } = new() { MaxArguments = int.MaxValue };

    /// <summary>Fewest positional arguments. Default 0.</summary>
    public int MinArguments { get; init; }

    /// <summary>Most positional arguments; <see cref="int.MaxValue"/> for any number. Default 0.</summary>
    public int MaxArguments { get; init; }

    /// <summary>Whether words may follow the positional arguments. Default false.</summary>
    public bool AcceptsKeywords { get; init; }

    /// <summary>How these words are written.</summary>
    public KeywordRules Keywords { get; init; }

    /// <summary>Keys that may stand there, in any case; null for all.</summary>
    public IReadOnlyList<string>? AllowedKeywords { get; init; }

    /// <summary>Whether lines of data follow the command's line. Default false.</summary>
    public bool TakesData { get; init; }
}
