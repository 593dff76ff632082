using System.Buffers.Binary;

namespace Tunic.Primitives.Bytes;

/// <summary>Reads big-endian fields from one complete message.</summary>
/// <remarks>Every method throws <see cref="MalformedMessageException"/> when the bytes run out; none allocates.</remarks>
public ref struct ByteReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The bytes not read yet, without taking them. The span aliases the message.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Takes one byte.</summary>
    public byte ReadByte() => ReadBytes(1)[0];

    /// <summary>Takes two bytes, big-endian.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    /// <summary>Takes four bytes, big-endian.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    /// <summary>Takes eight bytes, big-endian.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64BigEndian(ReadBytes(8));

    /// <summary>Takes the next <paramref name="count"/> bytes. The span aliases the message: copy it to keep it.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            ThrowTooShort(count, _rest.Length);
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Takes all that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadBytes(_rest.Length);

    /// <summary>Asserts that the message ends here.</summary>
    /// <exception cref="MalformedMessageException">Bytes are left over.</exception>
    public readonly void RequireEnd()
    {
        if (_rest.Length != 0)
        {
            throw new MalformedMessageException($"{_rest.Length} bytes too many");
        }
    }

    private static void ThrowTooShort(int count, int left) =>
        throw new MalformedMessageException($"needs {count} more bytes, {left} left");
}
