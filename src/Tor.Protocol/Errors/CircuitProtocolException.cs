using Tunic.Primitives.Errors;

namespace Tunic.Tor.Protocol.Errors;

/// <summary>Ends one circuit with DESTROY <paramref name="reason"/>; the channel lives on.</summary>
public sealed class CircuitProtocolException(DestroyReason reason, string message, Exception? inner = null)
    : TunicException(ErrorKind.RemoteProtocolViolation, message, inner)
{
    /// <summary>What the DESTROY cell says. A circuit's origin always sends <see cref="DestroyReason.None"/> instead.</summary>
    public DestroyReason Reason { get; } = reason;
}
