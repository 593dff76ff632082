using Tunic.Primitives.Time;

namespace Tunic.Tests.Tor.Protocol;

/// <summary>Hands out given bytes in order: makes a handshake use the private key of a vector.</summary>
internal sealed class FixedRandomSource(byte[] bytes) : RandomSource
{
    private int _used;

    public override void Fill(Span<byte> destination)
    {
        bytes.AsSpan(_used, destination.Length).CopyTo(destination);
        _used += destination.Length;
    }
}
