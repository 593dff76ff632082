namespace Tunic.Primitives.Errors;

/// <summary>A value that must not reach a log by accident: an address, a target, a path, an onion name, a user's IP.</summary>
/// <remarks>Prints <see cref="Redaction.Placeholder"/> unless <see cref="Redaction.Scope"/> leaves it out; the value itself is there for code that needs it.</remarks>
/// <param name="Value">The value.</param>
/// <param name="IsOurs">It concerns this program's own user, and not a stranger whom the relay serves.</param>
public readonly record struct Sensitive<T>(T Value, bool IsOurs) : IFormattable
{
    /// <summary>The placeholder, or the value's text where it is shown.</summary>
    public override string ToString() => ToString(format: null, formatProvider: null);

    /// <summary>As <see cref="ToString()"/>; the format reaches the value only where it is shown.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        if (Redaction.Scope == RedactionScope.Everybody || (Redaction.Scope == RedactionScope.Strangers && !IsOurs))
        {
            return Redaction.Placeholder;
        }

        return Value is IFormattable formattable ? formattable.ToString(format, formatProvider) : Value?.ToString() ?? "";
    }
}

/// <summary>Marks values as sensitive.</summary>
public static class Sensitive
{
    /// <summary>Wraps what a stranger does, whom the relay serves, for a log or a message.</summary>
    public static Sensitive<T> Of<T>(T value) => new(value, IsOurs: false);

    /// <summary>Wraps what this program's own user does, for a log or a message.</summary>
    public static Sensitive<T> OfOurs<T>(T value) => new(value, IsOurs: true);
}
