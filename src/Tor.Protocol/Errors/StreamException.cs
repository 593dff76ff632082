using Tunic.Primitives.Errors;

namespace Tunic.Tor.Protocol.Errors;

/// <summary>Ends one stream with END <paramref name="reason"/>; the circuit lives on.</summary>
public sealed class StreamException(ErrorKind kind, EndReason reason, string message, Exception? inner = null)
    : TunicException(kind, message, inner)
{
    /// <summary>What the END message says, or said.</summary>
    public EndReason Reason { get; } = reason;
}
