using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Handshakes.Extensions;

/// <summary>An extension of a type that we do not know: kept as it came, and ignored.</summary>
public sealed class UnknownCircuitExtension : CircuitExtension
{
    /// <summary>Copies the body.</summary>
    /// <exception cref="ArgumentException">The body is longer than 255 bytes.</exception>
    public UnknownCircuitExtension(byte type, ReadOnlySpan<byte> body)
        : base((CircuitExtensionType)type)
    {
        if (body.Length > byte.MaxValue)
        {
            throw new ArgumentException($"an extension has at most 255 bytes, not {body.Length}", nameof(body));
        }

        Body = body.ToArray();
    }

    /// <summary>At most 255 bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    internal override int BodyLength => Body.Length;

    internal override void EncodeBody(ref ByteWriter writer) => writer.WriteBytes(Body.Span);
}
