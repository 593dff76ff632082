namespace Tunic.Primitives.Errors;

/// <summary>Whether logs and messages name what could tell who talks with whom. One switch for the process (<c>SafeLogging</c>).</summary>
public static class Redaction
{
    /// <summary>What stands in the place of a value that is not shown.</summary>
    public const string Placeholder = "[redacted]";

    private static volatile bool _isOff;

    /// <summary>True shows sensitive values. Default false; set at start and when the configuration is read again.</summary>
    public static bool IsOff
    {
        get => _isOff;
        set => _isOff = value;
    }
}
