namespace Tunic.Primitives.Errors;

/// <summary>Base of all exceptions of this program: a sentence for a person, and a kind that says what he can do.</summary>
public abstract class TunicException(ErrorKind kind, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What the reader of the message can do about it.</summary>
    public ErrorKind Kind { get; } = kind;
}
