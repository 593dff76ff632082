namespace Tunic.Primitives.Errors;

/// <summary>A value that must not reach a log by accident: an address, a target, a path, an onion name, a user's IP.</summary>
/// <remarks>Prints <see cref="Redaction.Placeholder"/> unless <see cref="Redaction.IsOff"/>; the value itself is there for code that needs it.</remarks>
/// <param name="Value">The value.</param>
public readonly record struct Sensitive<T>(T Value) : IFormattable
{
    /// <summary>The placeholder, or the value's text where redaction is off.</summary>
    public override string ToString() => ToString(format: null, formatProvider: null);

    /// <summary>As <see cref="ToString()"/>; the format reaches the value only where it is shown.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        if (!Redaction.IsOff)
        {
            return Redaction.Placeholder;
        }

        return Value is IFormattable formattable ? formattable.ToString(format, formatProvider) : Value?.ToString() ?? "";
    }
}

/// <summary>Marks values as sensitive.</summary>
public static class Sensitive
{
    /// <summary>Wraps a value for a log or a message.</summary>
    public static Sensitive<T> Of<T>(T value) => new(value);
}
