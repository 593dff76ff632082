namespace Tunic.Primitives.Errors;

/// <summary>Whose sensitive values are not shown (<c>SafeLogging</c>).</summary>
public enum RedactionScope
{
    /// <summary>Everybody's.</summary>
    Everybody,

    /// <summary>Those of strangers, whom a relay serves; this program's own user sees his.</summary>
    Strangers,

    /// <summary>Nobody's.</summary>
    Nobody,
}
