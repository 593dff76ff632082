namespace Tunic.Primitives.Overlay;

/// <summary>Requests with different keys never share a circuit, so that nobody at the far end can link them.</summary>
/// <param name="Value">Any text: a user name and password, a listener, an application's own word. Content decides equality.</param>
public readonly record struct IsolationKey(string Value)
{
    /// <summary>For requests that may be linked with each other.</summary>
    public static IsolationKey None { get; } = new("");

    /// <summary>The text may tell who the user is and what he does: it stays out of logs.</summary>
    public override string ToString() => "[redacted]";
}
