using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>TRUNCATED: the hops after the sender are gone (tor-spec, "Tearing down circuits").</summary>
/// <param name="Reason">A value without a name is kept. Null for an empty body, which breaks the protocol.</param>
public readonly record struct Truncated(DestroyReason? Reason)
{
    /// <summary>Reads the body. It never fails; what follows the reason is ignored.</summary>
    public static Truncated Decode(ReadOnlySpan<byte> body) => new(body.IsEmpty ? null : (DestroyReason)body[0]);

    /// <summary>The body as a new array.</summary>
    /// <exception cref="ArgumentException">There is no reason.</exception>
    public byte[] Encode() => [(byte)(Reason ?? throw new ArgumentException("TRUNCATED needs a reason"))];
}
