namespace Tunic.Primitives.Errors;

/// <summary>Whether logs and messages name what could tell who talks with whom. One switch for the process (<c>SafeLogging</c>).</summary>
public static class Redaction
{
    /// <summary>What stands in the place of a value that is not shown.</summary>
    public const string Placeholder = "[redacted]";

    private static volatile RedactionScope _scope;

    /// <summary>Whose values are not shown. Default everybody's; set at start and when the configuration is read again.</summary>
    public static RedactionScope Scope
    {
        get => _scope;
        set => _scope = value;
    }
}
