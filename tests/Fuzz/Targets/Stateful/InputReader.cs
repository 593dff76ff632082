using System.Buffers.Binary;

namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>Reads an input as the decisions of a peer. After the end there is nothing but zeros.</summary>
internal sealed class InputReader(ReadOnlyMemory<byte> input)
{
    private ReadOnlyMemory<byte> _rest = input;

    public bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1) is [byte value] ? value : (byte)0;

    public ushort UInt16() => Bytes(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : (ushort)0;

    public uint UInt32() => Bytes(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;

    /// <summary>At most so many bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        count = Math.Min(count, _rest.Length);
        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>A length, and so many bytes.</summary>
    public ReadOnlySpan<byte> Block() => Bytes(Byte());

    /// <summary>Changes a few bytes of a message: how many, then place and value of each.</summary>
    public void Change(Span<byte> message)
    {
        for (int changes = 1 + (Byte() & 3); changes > 0 && message.Length > 0; changes--)
        {
            message[UInt16() % message.Length] ^= (byte)(Byte() | 1);
        }
    }
}
