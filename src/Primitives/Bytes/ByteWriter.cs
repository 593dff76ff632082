using System.Buffers.Binary;

namespace Tunic.Primitives.Bytes;

/// <summary>Writes big-endian fields into a buffer of the caller, front to back.</summary>
/// <remarks>Running out of room is a fault of the caller and throws <see cref="ArgumentException"/>; nothing allocates.</remarks>
public ref struct ByteWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Room left.</summary>
    public readonly int Remaining => _buffer.Length - Length;

    /// <summary>What was written so far. Aliases the caller's buffer.</summary>
    public readonly Span<byte> Written => _buffer[..Length];

    /// <summary>Appends one byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Appends two bytes, big-endian.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    /// <summary>Appends four bytes, big-endian.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    /// <summary>Appends eight bytes, big-endian.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

    /// <summary>Appends a copy of <paramref name="bytes"/>.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Reserves <paramref name="count"/> bytes for the caller to fill; their content is whatever the buffer held.</summary>
    public Span<byte> Take(int count)
    {
        Span<byte> taken = _buffer.Slice(Length, count);
        Length += count;
        return taken;
    }
}
