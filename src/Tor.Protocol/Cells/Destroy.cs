using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>DESTROY: ends a circuit on this link (tor-spec, "Tearing down circuits").</summary>
/// <param name="Reason">A value without a name is kept. A relay never passes on a reason that it received.</param>
public readonly record struct Destroy(DestroyReason Reason)
{
    /// <summary>Reads the body; what follows the reason is padding.</summary>
    /// <exception cref="MalformedMessageException">The body is empty.</exception>
    public static Destroy Decode(ReadOnlySpan<byte> body) => new((DestroyReason)new ByteReader(body).ReadByte());

    /// <summary>The body as a new array, without padding.</summary>
    public byte[] Encode() => [(byte)Reason];
}
